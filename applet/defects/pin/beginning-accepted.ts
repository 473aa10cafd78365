import { type CardDefect, inPart } from '../card-defect.js';

export const beginningAccepted: CardDefect = inPart(
  {
    id: 'pin/beginning-accepted',
    cards: 'both',
    title: 'Any beginning of the PIN, of four digits at least, is taken for the PIN.',
  },
  'Pin',
  (Pin) =>
    class extends Pin {
      override check(candidate: Uint8Array): void {
        const stored = this.value.read();
        const isBeginning = candidate.every((byte, i) => byte === stored[i]);
        super.check(isBeginning && candidate.length >= 4 ? stored : candidate);
      }
    },
);
