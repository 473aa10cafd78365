/** The way in which most wrong T=0 machines differ from a good one. */

import type { DefectTitle } from '../../apdu/defects/index.js';
import type { T0CardStep } from '../t0/card.js';
import { inEngine, type LineDefect } from './line-defect.js';

/** What the card sends when its response is ready is changed on its way out. */
export function sendsOtherCharacters(
  title: DefectTitle,
  change: (bytes: Uint8Array) => Uint8Array,
): LineDefect {
  return inEngine(
    title,
    'T0Card',
    (T0Card) =>
      class extends T0Card {
        override respond(response: Uint8Array): T0CardStep {
          const step = super.respond(response);
          return step.kind === 'send' ? { kind: 'send', bytes: change(step.bytes) } : step;
        }
      },
  );
}
