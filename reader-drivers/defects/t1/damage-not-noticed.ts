import type { T1CardStep } from '../../t1/card.js';
import type { Heard } from '../../t1/reception.js';
import { inEngine, type LineDefect } from '../line-defect.js';

export const damageNotNoticed: LineDefect = inEngine(
  {
    id: 't1/damage-not-noticed',
    cards: 'both',
    title: 'A block whose check bytes are wrong is answered as if nothing had come.',
  },
  'T1Card',
  (T1Card) =>
    class extends T1Card {
      override heard(heard: Heard): T1CardStep {
        return heard === 'redundancy' ? { kind: 'silence' } : super.heard(heard);
      }
    },
);
