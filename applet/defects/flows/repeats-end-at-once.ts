import {
  decodeTemplate,
  encodeTemplate,
  equalBytes,
  PATIENT_APPLICATION,
  PRESCRIPTION_RECORD,
  PRESCRIPTION_STATE,
} from '../../../apdu/index.js';
import { type CardDefect, inPatientHandler } from '../card-defect.js';

export const repeatsEndAtOnce: CardDefect = inPatientHandler(
  {
    id: 'flows/repeats-end-at-once',
    cards: 'patient',
    title: 'A prescription that may be collected twice is used up with the first time.',
  },
  'collect',
  (good, os) => (request) => {
    const answer = good(request);
    const prescriptions = os.files.records(PATIENT_APPLICATION.files.prescriptions);
    for (let slot = 1; slot <= prescriptions.spec.records; slot++) {
      const record = prescriptions.record(slot);
      const stored = record && decodeTemplate(PRESCRIPTION_RECORD, record);
      if (!stored || !equalBytes(stored.prescriptionId, request.data.prescriptionId)) continue;
      const ended = encodeTemplate(PRESCRIPTION_RECORD, {
        ...stored,
        state: PRESCRIPTION_STATE.collected,
        remaining: 0,
      });
      os.nvm.atomically(() => prescriptions.update(slot, ended));
    }
    return answer;
  },
);
