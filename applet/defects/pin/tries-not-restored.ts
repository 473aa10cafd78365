import { type CardDefect, inPart } from '../card-defect.js';

export const triesNotRestored: CardDefect = inPart(
  {
    id: 'pin/tries-not-restored',
    cards: 'both',
    title: 'A right PIN does not give the tries back that wrong ones have spent.',
  },
  'Pin',
  (Pin) =>
    class extends Pin {
      override check(candidate: Uint8Array): void {
        const before = this.triesLeft;
        super.check(candidate);
        this.tries.value = before;
      }
    },
);
