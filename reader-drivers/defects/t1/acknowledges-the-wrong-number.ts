import type { T1CardStep } from '../../t1/card.js';
import type { Heard } from '../../t1/reception.js';
import { inEngine, type LineDefect } from '../line-defect.js';

export const acknowledgesTheWrongNumber: LineDefect = inEngine(
  {
    id: 't1/acknowledges-the-wrong-number',
    cards: 'both',
    title: 'N(R) of an acknowledgement is the number of the block that was received.',
  },
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
  return block.kind === 'R' && block.error === 'none'
    ? { kind: 'send', block: { ...block, nr: block.nr === 0 ? 1 : 0 } }
    : step;
}
