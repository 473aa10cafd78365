import {
  decodeTemplate,
  encodeTemplate,
  PATIENT_APPLICATION,
  PRESCRIPTION_RECORD,
  PRESCRIPTION_STATE,
} from '../../../apdu/index.js';
import { type CardDefect, inPatientHandler } from '../card-defect.js';

export const openPrescriptionReplaced: CardDefect = inPatientHandler(
  {
    id: 'flows/open-prescription-replaced',
    cards: 'patient',
    title: 'A new prescription takes the place of an open one when every slot is taken.',
  },
  'putVisitRecord',
  (good, os) => (request) => {
    const prescriptions = os.files.records(PATIENT_APPLICATION.files.prescriptions);
    const full = prescriptions.count === prescriptions.spec.records;
    const record = prescriptions.record(1);
    if (request.data.prescription && full && record) {
      const stored = decodeTemplate(PRESCRIPTION_RECORD, record);
      const ended = encodeTemplate(PRESCRIPTION_RECORD, {
        ...stored,
        state: PRESCRIPTION_STATE.collected,
        remaining: 0,
      });
      os.nvm.atomically(() => prescriptions.update(1, ended));
    }
    return good(request);
  },
);
