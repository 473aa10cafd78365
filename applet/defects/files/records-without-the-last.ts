import { type CardDefect, inPatientHandler } from '../card-defect.js';

export const recordsWithoutTheLast: CardDefect = inPatientHandler(
  {
    id: 'files/records-without-the-last',
    cards: 'patient',
    title: 'READ RECORDS up to the last one leaves the last one out.',
  },
  'readRecords',
  (good, os) => (request) => {
    const answer = good(request);
    const { file } = os.selection;
    const last = file && os.files.records(file).record(os.files.records(file).count);
    return last && answer.length > last.length ? answer.subarray(0, -last.length) : answer;
  },
);
