import { type CardDefect, inPatientHandler } from '../card-defect.js';

export const nextStays: CardDefect = inPatientHandler(
  {
    id: 'files/next-stays',
    cards: 'patient',
    title: 'READ RECORD for the next record does not move the record pointer.',
  },
  'readRecordInOrder',
  (good, os) => (request) => {
    const before = os.selection.record;
    const content = good(request);
    if (request.p2.mode === 'next') os.selection.record = before;
    return content;
  },
);
