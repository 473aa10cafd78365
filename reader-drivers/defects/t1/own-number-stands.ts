import type { T1CardStep } from '../../t1/card.js';
import type { Heard } from '../../t1/reception.js';
import { inEngine, type LineDefect } from '../line-defect.js';

export const ownNumberStands: LineDefect = inEngine(
  { id: 't1/own-number-stands', cards: 'both', title: 'N(S) of every block of the card is 0.' },
  'T1Card',
  (T1Card) =>
    class extends T1Card {
      override heard(heard: Heard): T1CardStep {
        return changed(super.heard(heard));
      }

      override respond(response: Uint8Array): T1CardStep {
        return changed(super.respond(response));
      }
    },
);

function changed(step: T1CardStep): T1CardStep {
  if (step.kind !== 'send') return step;
  const { block } = step;
  return block.kind === 'I' ? { kind: 'send', block: { ...block, ns: 0 } } : step;
}
