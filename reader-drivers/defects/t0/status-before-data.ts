import type { LineDefect } from '../line-defect.js';
import { sendsOtherCharacters } from '../t0-machine.js';

export const statusBeforeData: LineDefect = sendsOtherCharacters(
  { id: 't0/status-before-data', cards: 'both', title: 'The status word comes before the data.' },
  changed,
);

function changed(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= 2) return bytes;
  return Uint8Array.of(bytes[0]!, ...bytes.subarray(-2), ...bytes.subarray(1, -2));
}
