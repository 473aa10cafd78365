import type { T1CardStep } from '../../t1/card.js';
import type { Heard } from '../../t1/reception.js';
import { inEngine, type LineDefect } from '../line-defect.js';

export const sizeByOne: LineDefect = inEngine(
  { id: 't1/size-by-one', cards: 'both', title: 'Blocks are a byte longer than the reader takes.' },
  'T1Card',
  (T1Card) =>
    class extends T1Card {
      override heard(heard: Heard): T1CardStep {
        if (
          typeof heard === 'string' ||
          !(heard.kind === 'S' && heard.function === 'IFS' && heard.direction === 'request')
        )
          return super.heard(heard);
        const step = super.heard({ ...heard, value: heard.value + 1 });
        return step.kind === 'send' && step.block.kind === 'S'
          ? { kind: 'send', block: { ...step.block, value: heard.value } }
          : step;
      }
    },
);
