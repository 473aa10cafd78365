import { equalBytes, SW } from '../../../apdu/index.js';
import { refuse } from '../../runtime/status-error.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const triesInTransientMemory: CardDefect = inPart(
  {
    id: 'transactions/tries-in-transient-memory',
    cards: 'both',
    title: 'Wrong tries are counted in RAM: whoever takes the power away gets them back.',
  },
  'Pin',
  (Pin) =>
    class extends Pin {
      private readonly spent;

      constructor(...given: ConstructorParameters<typeof Pin>) {
        super(...given);
        this.spent = given[0].transientField('tries spent', 1, 'clear on reset');
      }

      override get triesLeft(): number {
        return Math.max(0, super.triesLeft - this.spent.value);
      }

      override check(candidate: Uint8Array): void {
        const left = this.triesLeft;
        if (left === 0) refuse(SW.authenticationMethodBlocked);
        const right = equalBytes(this.value.read(), candidate);
        this.spent.value = right ? 0 : this.spent.value + 1;
        if (!right) refuse(SW.counter, left - 1);
      }
    },
);
