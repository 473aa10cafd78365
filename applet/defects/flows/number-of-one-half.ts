import {
  concatBytes,
  hashInput,
  PRESCRIPTION_ID_BYTES,
  PRESCRIPTION_NUMBER_DOMAIN,
} from '../../../apdu/index.js';
import { type CardDefect, inProfessionalHandler } from '../card-defect.js';

export const numberOfOneHalf: CardDefect = inProfessionalHandler(
  {
    id: 'flows/number-of-one-half',
    cards: 'professional',
    title: "The number of a prescription follows from the doctor card's half alone.",
  },
  'revealPrescriptionNumber',
  (good, os) => (request) => {
    const { doctorRandom } = good(request);
    const halves = concatBytes(doctorRandom, doctorRandom);
    const number = os.coprocessor.sha256(hashInput(PRESCRIPTION_NUMBER_DOMAIN, [halves]));
    return { doctorRandom, prescriptionId: number.slice(0, PRESCRIPTION_ID_BYTES) };
  },
);
