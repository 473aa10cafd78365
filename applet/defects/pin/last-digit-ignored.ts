import { equalBytes } from '../../../apdu/index.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const lastDigitIgnored: CardDefect = inPart(
  { id: 'pin/last-digit-ignored', cards: 'both', title: 'The last digit of the PIN is not compared.' },
  'Pin',
  (Pin) =>
    class extends Pin {
      override check(candidate: Uint8Array): void {
        const stored = this.value.read();
        const same = equalBytes(stored.subarray(0, -1), candidate.subarray(0, -1));
        super.check(same && stored.length === candidate.length ? stored : candidate);
      }
    },
);
