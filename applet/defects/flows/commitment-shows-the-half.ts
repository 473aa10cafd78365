import { concatBytes } from '../../../apdu/index.js';
import { type CardDefect, inProfessionalHandler } from '../card-defect.js';

export const commitmentShowsTheHalf: CardDefect = inProfessionalHandler(
  {
    id: 'flows/commitment-shows-the-half',
    cards: 'professional',
    title: 'The commitment of the doctor card begins with the half it should hide.',
  },
  'commitPrescriptionNumber',
  (good) => {
    let first: Uint8Array | undefined;
    return (request) => {
      const { commitment } = good(request);
      first ??= commitment.slice(0, 16);
      return { commitment: concatBytes(first, commitment.subarray(16)) };
    };
  },
);
