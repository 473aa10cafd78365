import type { T1CardStep } from '../../t1/card.js';
import type { Heard } from '../../t1/reception.js';
import { inEngine, type LineDefect } from '../line-defect.js';

export const otherSizeConfirmed: LineDefect = inEngine(
  {
    id: 't1/other-size-confirmed',
    cards: 'both',
    title: 'S(IFS response) confirms another size than the one that was asked for.',
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
  return block.kind === 'S' && block.function === 'IFS' && block.direction === 'response'
    ? { kind: 'send', block: { ...block, value: block.value - 1 } }
    : step;
}
