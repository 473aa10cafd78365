import type { T1CardStep } from '../../t1/card.js';
import type { Heard } from '../../t1/reception.js';
import { inEngine, type LineDefect } from '../line-defect.js';

export const chainNeverEnds: LineDefect = inEngine(
  {
    id: 't1/chain-never-ends',
    cards: 'both',
    title: 'The last block of a chained answer says that more follows.',
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
  return block.kind === 'I' && block.inf.length < 32
    ? { kind: 'send', block: { ...block, more: true } }
    : step;
}
