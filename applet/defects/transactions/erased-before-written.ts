import { findFileBySfi } from '../../../apdu/index.js';
import { type CardDefect, inPatientHandler } from '../card-defect.js';

export const erasedBeforeWritten: CardDefect = inPatientHandler(
  {
    id: 'transactions/erased-before-written',
    cards: 'patient',
    title: 'UPDATE RECORD erases the record in one step and writes the new one in another.',
  },
  'updateRecord',
  (good, os) => (request) => {
    const file = request.p2 === 0 ? os.selection.file : findFileBySfi(os.selection.directory, request.p2);
    const number = request.p1 || os.selection.record;
    if (file?.content && request.data.length <= file.size && number <= os.files.records(file).count) {
      const records = os.files.records(file);
      os.nvm.atomically(() => records.update(number, new Uint8Array(1)));
    }
    return good(request);
  },
);
