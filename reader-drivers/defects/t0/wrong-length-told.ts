import type { T0CardStep } from '../../t0/card.js';
import { inEngine, type LineDefect } from '../line-defect.js';

export const wrongLengthTold: LineDefect = inEngine(
  { id: 't0/wrong-length-told', cards: 'both', title: '6Cxx tells a byte less than there is.' },
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
  const tells = bytes.length === 2 && bytes[0] === 0x6c && bytes[1] !== 0;
  return tells ? Uint8Array.of(0x6c, bytes[1]! - 1) : bytes;
}
