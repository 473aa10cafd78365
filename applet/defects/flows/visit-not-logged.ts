import { PATIENT_APPLICATION } from '../../../apdu/index.js';
import type { CardDefect } from '../card-defect.js';
import { inRecords } from '../records-defect.js';

export const visitNotLogged: CardDefect = inRecords(
  { id: 'flows/visit-not-logged', cards: 'patient', title: 'A visit leaves no entry in the log.' },
  (file) => ({
    append: (content) => (file.spec.fid === PATIENT_APPLICATION.files.log.fid ? 1 : file.append(content)),
  }),
);
