import { equalBytes, SW } from '../../../apdu/index.js';
import { refuse } from '../../runtime/status-error.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const counterAfterComparison: CardDefect = inPart(
  {
    id: 'pin/counter-after-comparison',
    cards: 'both',
    title: 'The try is counted after the comparison: whoever cuts the power in between tries for nothing.',
  },
  'Pin',
  (Pin) =>
    class extends Pin {
      override check(candidate: Uint8Array): void {
        const left = this.tries.value;
        if (left === 0) refuse(SW.authenticationMethodBlocked);
        if (!equalBytes(this.value.read(), candidate)) {
          this.tries.value = left - 1;
          refuse(SW.counter, left - 1);
        }
        if (left !== this.spec.tries) this.tries.value = this.spec.tries;
      }
    },
);
