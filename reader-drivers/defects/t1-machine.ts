/** The two ways in which most wrong T=1 machines differ from a good one. */

import type { DefectTitle } from '../../apdu/defects/index.js';
import type { SupervisoryFunction, T1Block } from '../t1/block.js';
import type { T1CardStep } from '../t1/card.js';
import type { Heard } from '../t1/reception.js';
import { inEngine, type LineDefect } from './line-defect.js';

/** Every block that the card sends is changed on its way out. */
export function sendsOtherBlocks(title: DefectTitle, change: (block: T1Block) => T1Block): LineDefect {
  const changed = (step: T1CardStep): T1CardStep =>
    step.kind === 'send' ? { kind: 'send', block: change(step.block) } : step;
  return inEngine(
    title,
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
}

/** A request of the reader is confirmed and nothing else happens. */
export function confirmsWithoutEffect(title: DefectTitle, requested: SupervisoryFunction): LineDefect {
  return inEngine(
    title,
    'T1Card',
    (T1Card) =>
      class extends T1Card {
        override heard(heard: Heard): T1CardStep {
          const isRequest =
            typeof heard !== 'string' &&
            heard.kind === 'S' &&
            heard.function === requested &&
            heard.direction === 'request';
          return isRequest
            ? { kind: 'send', block: { ...heard, direction: 'response' } }
            : super.heard(heard);
        }
      },
  );
}
