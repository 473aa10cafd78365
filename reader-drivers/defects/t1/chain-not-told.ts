import type { T1CardStep } from '../../t1/card.js';
import type { Heard } from '../../t1/reception.js';
import { inEngine, type LineDefect } from '../line-defect.js';

export const chainNotTold: LineDefect = inEngine(
  {
    id: 't1/chain-not-told',
    cards: 'both',
    title: 'A block of a chained answer says that it is the last one.',
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
  return block.kind === 'I' ? { kind: 'send', block: { ...block, more: false } } : step;
}
