import { type CardDefect, inPart } from '../card-defect.js';

export const pukTriesNotCounted: CardDefect = inPart(
  { id: 'pin/puk-tries-not-counted', cards: 'both', title: 'A wrong PUK costs no try.' },
  'Pin',
  (Pin) =>
    class extends Pin {
      override check(candidate: Uint8Array): void {
        const before = this.triesLeft;
        try {
          super.check(candidate);
        } finally {
          if (this.spec.name === 'PUK') this.tries.value = before;
        }
      }
    },
);
