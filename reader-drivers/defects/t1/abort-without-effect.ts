import type { T1CardStep } from '../../t1/card.js';
import type { Heard } from '../../t1/reception.js';
import { inEngine, type LineDefect } from '../line-defect.js';

export const abortWithoutEffect: LineDefect = inEngine(
  { id: 't1/abort-without-effect', cards: 'both', title: 'ABORT is confirmed and the chain goes on.' },
  'T1Card',
  (T1Card) =>
    class extends T1Card {
      override heard(heard: Heard): T1CardStep {
        if (
          typeof heard === 'string' ||
          !(heard.kind === 'S' && heard.function === 'ABORT' && heard.direction === 'request')
        )
          return super.heard(heard);
        return { kind: 'send', block: { ...heard, direction: 'response' } };
      }
    },
);
