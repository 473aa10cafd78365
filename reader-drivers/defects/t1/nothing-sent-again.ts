import type { T1CardStep } from '../../t1/card.js';
import type { Heard } from '../../t1/reception.js';
import { inEngine, type LineDefect } from '../line-defect.js';

export const nothingSentAgain: LineDefect = inEngine(
  { id: 't1/nothing-sent-again', cards: 'both', title: 'A reader that asks for a block again gets none.' },
  'T1Card',
  (T1Card) =>
    class extends T1Card {
      override heard(heard: Heard): T1CardStep {
        if (typeof heard === 'string' || !(heard.kind === 'R')) return super.heard(heard);
        return { kind: 'silence' };
      }
    },
);
