/** What a pharmacy asks a card to sign when medicine is collected, by the patient (eq. 17) or an agent (eq. 18). */

import { FIELD } from '../statement/fields.js';

export const COLLECTION_REQUEST = {
  prescriptionId: FIELD.prescriptionId,
  pharmacyId: FIELD.pharmacyId,
  nonce: FIELD.nonce,
  time: FIELD.time,
} as const;
