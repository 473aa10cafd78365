import type { LineDefect } from '../line-defect.js';
import { sendsOtherCharacters } from '../t0-machine.js';

export const oneByteLessAnnounced: LineDefect = sendsOtherCharacters(
  { id: 't0/one-byte-less-announced', cards: 'both', title: '61xx announces a byte less than waits.' },
  changed,
);

function changed(bytes: Uint8Array): Uint8Array {
  const announces = bytes.length === 2 && bytes[0] === 0x61 && bytes[1] !== 0;
  return announces ? Uint8Array.of(0x61, bytes[1]! - 1) : bytes;
}
