import { SW } from '../../../apdu/index.js';
import { refuse } from '../../runtime/status-error.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const pinOfFourDigitsRefused: CardDefect = inPart(
  {
    id: 'boundary/pin-of-four-digits-refused',
    cards: 'both',
    title: 'A PIN must have five digits at least, though four are declared.',
  },
  'Pin',
  (Pin) =>
    class extends Pin {
      override check(candidate: Uint8Array): void {
        if (candidate.length === this.spec.minLength && candidate.length === 4) refuse(SW.wrongLength);
        super.check(candidate);
      }
    },
);
