import { LOG_IN_PINS } from '../../../apdu/index.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const logInPukTriesNotCounted: CardDefect = inPart(
  {
    id: 'interoperability/puk-tries-not-counted',
    cards: 'both',
    title: 'A wrong PUK of the log-in PIN spends no try.',
  },
  'Pin',
  (Pin) =>
    class extends Pin {
      override check(candidate: Uint8Array): void {
        const before = this.tries.value;
        try {
          super.check(candidate);
        } catch (error) {
          if (this.spec.name === LOG_IN_PINS.puk.name) this.tries.value = before;
          throw error;
        }
      }
    },
);
