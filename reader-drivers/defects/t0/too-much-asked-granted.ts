import type { T0CardStep } from '../../t0/card.js';
import { withHeaders } from '../header-collector.js';
import { inEngine, type LineDefect } from '../line-defect.js';

export const tooMuchAskedGranted: LineDefect = inEngine(
  {
    id: 't0/too-much-asked-granted',
    cards: 'both',
    title: 'A card that is asked for more than there is fills its answer up with zeros.',
  },
  'T0Card',
  (T0Card) => {
    let asked: Uint8Array = new Uint8Array(5);
    const granting = class extends T0Card {
      override respond(response: Uint8Array): T0CardStep {
        const step = super.respond(response);
        if (step.kind !== 'send' || step.bytes[0] !== 0x6c || step.bytes.length !== 2) return step;
        const data = response.subarray(0, -2);
        const filled = new Uint8Array(asked[4]! || 256);
        filled.set(data);
        return { kind: 'send', bytes: Uint8Array.of(asked[1]!, ...filled, ...response.subarray(-2)) };
      }
    };
    return withHeaders(granting, () => (header, pass) => {
      asked = header;
      return pass(header);
    });
  },
);
