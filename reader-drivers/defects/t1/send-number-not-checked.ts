import type { T1CardStep } from '../../t1/card.js';
import type { Heard } from '../../t1/reception.js';
import { inEngine, type LineDefect } from '../line-defect.js';

export const sendNumberNotChecked: LineDefect = inEngine(
  {
    id: 't1/send-number-not-checked',
    cards: 'both',
    title: 'N(S) of a block is not looked at: a block that comes again is taken again.',
  },
  'T1Card',
  (T1Card) =>
    class extends T1Card {
      private expected: 0 | 1 = 0;

      override heard(heard: Heard): T1CardStep {
        if (typeof heard === 'string') return super.heard(heard);
        if (heard.kind === 'S' && heard.function === 'RESYNCH') this.expected = 0;
        if (heard.kind !== 'I') return super.heard(heard);
        const step = super.heard({ ...heard, ns: this.expected });
        this.expected = this.expected === 0 ? 1 : 0;
        return step;
      }
    },
);
