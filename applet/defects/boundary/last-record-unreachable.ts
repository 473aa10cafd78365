import { SW } from '../../../apdu/index.js';
import { refuse } from '../../runtime/status-error.js';
import { type CardDefect, inPatientHandler } from '../card-defect.js';

export const lastRecordUnreachable: CardDefect = inPatientHandler(
  {
    id: 'boundary/last-record-unreachable',
    cards: 'patient',
    title: 'READ RECORD by number never finds the last record of a file.',
  },
  'readRecord',
  (good, os) => (request) => {
    const content = good(request);
    const file = os.selection.file;
    return file && request.p1 === os.files.records(file).count ? refuse(SW.recordNotFound) : content;
  },
);
