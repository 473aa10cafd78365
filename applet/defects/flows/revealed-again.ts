import {
  concatBytes,
  hashInput,
  PRESCRIPTION_ID_BYTES,
  PRESCRIPTION_NUMBER_DOMAIN,
} from '../../../apdu/index.js';
import { type CardDefect, inProfessionalHandler } from '../card-defect.js';

export const revealedAgain: CardDefect = inProfessionalHandler(
  {
    id: 'flows/revealed-again',
    cards: 'professional',
    title: 'A commitment that was opened is opened again.',
  },
  'revealPrescriptionNumber',
  (good, os) => {
    let last: Uint8Array | undefined;
    return (request) => {
      try {
        const answer = good(request);
        last = answer.doctorRandom.slice();
        return answer;
      } catch (error) {
        if (!last) throw error;
        const halves = concatBytes(last, request.data.patientRandom);
        const number = os.coprocessor.sha256(hashInput(PRESCRIPTION_NUMBER_DOMAIN, [halves]));
        return { doctorRandom: last, prescriptionId: number.slice(0, PRESCRIPTION_ID_BYTES) };
      }
    };
  },
);
