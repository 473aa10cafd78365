import type { T0CardStep } from '../../t0/card.js';
import { inEngine, type LineDefect } from '../line-defect.js';

export const statusBeforeData: LineDefect = inEngine(
  { id: 't0/status-before-data', cards: 'both', title: 'The status word comes before the data.' },
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
  if (bytes.length <= 2) return bytes;
  return Uint8Array.of(bytes[0]!, ...bytes.subarray(-2), ...bytes.subarray(1, -2));
}
