import type { T1CardStep } from '../../t1/card.js';
import type { Heard } from '../../t1/reception.js';
import { inEngine, type LineDefect } from '../line-defect.js';

export const resynchronisationWithoutEffect: LineDefect = inEngine(
  {
    id: 't1/resynchronisation-without-effect',
    cards: 'both',
    title: 'RESYNCH is confirmed and resets no number.',
  },
  'T1Card',
  (T1Card) =>
    class extends T1Card {
      override heard(heard: Heard): T1CardStep {
        if (
          typeof heard === 'string' ||
          !(heard.kind === 'S' && heard.function === 'RESYNCH' && heard.direction === 'request')
        )
          return super.heard(heard);
        return { kind: 'send', block: { ...heard, direction: 'response' } };
      }
    },
);
