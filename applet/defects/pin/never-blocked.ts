import { type CardDefect, inPart } from '../card-defect.js';

export const neverBlocked: CardDefect = inPart(
  { id: 'pin/never-blocked', cards: 'both', title: 'The last try is never spent.' },
  'Pin',
  (Pin) =>
    class extends Pin {
      override check(candidate: Uint8Array): void {
        try {
          super.check(candidate);
        } finally {
          if (this.triesLeft === 0) this.tries.value = 1;
        }
      }
    },
);
