import type { T0CardStep } from '../../t0/card.js';
import { inEngine, type LineDefect } from '../line-defect.js';

export const oneByteLessAnnounced: LineDefect = inEngine(
  { id: 't0/one-byte-less-announced', cards: 'both', title: '61xx announces a byte less than waits.' },
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
  const announces = bytes.length === 2 && bytes[0] === 0x61 && bytes[1] !== 0;
  return announces ? Uint8Array.of(0x61, bytes[1]! - 1) : bytes;
}
