import {
  decodeTemplate,
  encodeTemplate,
  equalBytes,
  PATIENT_APPLICATION,
  PRESCRIPTION_RECORD,
} from '../../../apdu/index.js';
import { type CardDefect, inPatientHandler } from '../card-defect.js';

export const collectedAfterExpiry: CardDefect = inPatientHandler(
  {
    id: 'flows/collected-after-expiry',
    cards: 'patient',
    title: 'A prescription is collected past its expiry.',
  },
  'collect',
  (good, os) => (request) => {
    const prescriptions = os.files.records(PATIENT_APPLICATION.files.prescriptions);
    for (let slot = 1; slot <= prescriptions.spec.records; slot++) {
      const record = prescriptions.record(slot);
      const stored = record && decodeTemplate(PRESCRIPTION_RECORD, record);
      if (!stored || !equalBytes(stored.prescriptionId, request.data.prescriptionId)) continue;
      const lasting = encodeTemplate(PRESCRIPTION_RECORD, {
        ...stored,
        expiry: Math.max(stored.expiry, request.data.time),
      });
      os.nvm.atomically(() => prescriptions.update(slot, lasting));
    }
    return good(request);
  },
);
