import type { T0CardStep } from '../../t0/card.js';
import { inEngine, type LineDefect } from '../line-defect.js';

export const dataWithoutAcknowledgement: LineDefect = inEngine(
  {
    id: 't0/data-without-acknowledgement',
    cards: 'both',
    title: 'Data of the card come without a procedure byte before them.',
  },
  'T0Card',
  (T0Card) =>
    class extends T0Card {
      override respond(response: Uint8Array): T0CardStep {
        const step = super.respond(response);
        return step.kind === 'send' ? { kind: 'send', bytes: changed(step.bytes) } : step;
      }
    },
);

function changed(bytes: Uint8Array): Uint8Array {
  return bytes.length > 2 ? bytes.subarray(1) : bytes;
}
