import type { T1CardStep } from '../../t1/card.js';
import type { Heard } from '../../t1/reception.js';
import { inEngine, type LineDefect } from '../line-defect.js';

export const waitingTimeGrantedToReader: LineDefect = inEngine(
  {
    id: 't1/waiting-time-granted-to-reader',
    cards: 'both',
    title: 'The card confirms a request for waiting time, which only a card may make.',
  },
  'T1Card',
  (T1Card) =>
    class extends T1Card {
      override heard(heard: Heard): T1CardStep {
        if (
          typeof heard === 'string' ||
          !(heard.kind === 'S' && heard.function === 'WTX' && heard.direction === 'request')
        )
          return super.heard(heard);
        return { kind: 'send', block: { ...heard, direction: 'response' } };
      }
    },
);
