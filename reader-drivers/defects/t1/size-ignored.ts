import type { T1CardStep } from '../../t1/card.js';
import type { Heard } from '../../t1/reception.js';
import { inEngine, type LineDefect } from '../line-defect.js';

export const sizeIgnored: LineDefect = inEngine(
  {
    id: 't1/size-ignored',
    cards: 'both',
    title: 'The size that the reader asks for is confirmed and not kept to.',
  },
  'T1Card',
  (T1Card) =>
    class extends T1Card {
      override heard(heard: Heard): T1CardStep {
        if (
          typeof heard === 'string' ||
          !(heard.kind === 'S' && heard.function === 'IFS' && heard.direction === 'request')
        )
          return super.heard(heard);
        return { kind: 'send', block: { ...heard, direction: 'response' } };
      }
    },
);
