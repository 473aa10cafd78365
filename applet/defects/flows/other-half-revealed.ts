import {
  concatBytes,
  hashInput,
  PRESCRIPTION_ID_BYTES,
  PRESCRIPTION_NUMBER_DOMAIN,
} from '../../../apdu/index.js';
import { type CardDefect, inProfessionalHandler } from '../card-defect.js';

export const otherHalfRevealed: CardDefect = inProfessionalHandler(
  {
    id: 'flows/other-half-revealed',
    cards: 'professional',
    title: 'The half that is shown is not the one that was committed to.',
  },
  'revealPrescriptionNumber',
  (good, os) => (request) => {
    good(request);
    const doctorRandom = os.coprocessor.random(16);
    const halves = concatBytes(doctorRandom, request.data.patientRandom);
    const number = os.coprocessor.sha256(hashInput(PRESCRIPTION_NUMBER_DOMAIN, [halves]));
    return { doctorRandom, prescriptionId: number.slice(0, PRESCRIPTION_ID_BYTES) };
  },
);
