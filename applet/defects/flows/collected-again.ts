import {
  decodeTemplate,
  encodeTemplate,
  equalBytes,
  PATIENT_APPLICATION,
  PRESCRIPTION_RECORD,
  PRESCRIPTION_STATE,
} from '../../../apdu/index.js';
import { type CardDefect, inPatientHandler } from '../card-defect.js';

export const collectedAgain: CardDefect = inPatientHandler(
  {
    id: 'flows/collected-again',
    cards: 'patient',
    title: 'A prescription that was collected is collected again.',
  },
  'collect',
  (good, os) => (request) => {
    const prescriptions = os.files.records(PATIENT_APPLICATION.files.prescriptions);
    for (let slot = 1; slot <= prescriptions.spec.records; slot++) {
      const record = prescriptions.record(slot);
      const stored = record && decodeTemplate(PRESCRIPTION_RECORD, record);
      if (stored?.state !== PRESCRIPTION_STATE.collected) continue;
      if (!equalBytes(stored.prescriptionId, request.data.prescriptionId)) continue;
      const open = encodeTemplate(PRESCRIPTION_RECORD, {
        ...stored,
        state: PRESCRIPTION_STATE.open,
        remaining: 1,
      });
      os.nvm.atomically(() => prescriptions.update(slot, open));
    }
    return good(request);
  },
);
