import type { T0CardStep } from '../../t0/card.js';
import { inEngine, type LineDefect } from '../line-defect.js';

export const otherInstructionAcknowledged: LineDefect = inEngine(
  {
    id: 't0/other-instruction-acknowledged',
    cards: 'both',
    title: 'The procedure byte before data of the card is that of another instruction.',
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
  return bytes.length > 2 ? Uint8Array.of(bytes[0]! ^ 0x02, ...bytes.subarray(1)) : bytes;
}
