import {
  decodeTemplate,
  encodeTemplate,
  equalBytes,
  PATIENT_APPLICATION,
  PRESCRIPTION_RECORD,
  PRESCRIPTION_STATE,
} from '../../../apdu/index.js';
import { type CardDefect, inPatientHandler } from '../card-defect.js';

export const repeatsNotCounted: CardDefect = inPatientHandler(
  {
    id: 'flows/repeats-not-counted',
    cards: 'patient',
    title: 'A prescription that may be collected twice is collected as often as one likes.',
  },
  'collect',
  (good, os) => (request) => {
    const answer = good(request);
    const prescriptions = os.files.records(PATIENT_APPLICATION.files.prescriptions);
    for (let slot = 1; slot <= prescriptions.spec.records; slot++) {
      const record = prescriptions.record(slot);
      const stored = record && decodeTemplate(PRESCRIPTION_RECORD, record);
      if (stored?.state !== PRESCRIPTION_STATE.open || stored.remaining === 0) continue;
      if (!equalBytes(stored.prescriptionId, request.data.prescriptionId)) continue;
      const again = encodeTemplate(PRESCRIPTION_RECORD, { ...stored, remaining: stored.remaining + 1 });
      os.nvm.atomically(() => prescriptions.update(slot, again));
    }
    return answer;
  },
);
