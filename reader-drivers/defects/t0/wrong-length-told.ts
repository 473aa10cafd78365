import type { LineDefect } from '../line-defect.js';
import { sendsOtherCharacters } from '../t0-machine.js';

export const wrongLengthTold: LineDefect = sendsOtherCharacters(
  { id: 't0/wrong-length-told', cards: 'both', title: '6Cxx tells a byte less than there is.' },
  changed,
);

function changed(bytes: Uint8Array): Uint8Array {
  const tells = bytes.length === 2 && bytes[0] === 0x6c && bytes[1] !== 0;
  return tells ? Uint8Array.of(0x6c, bytes[1]! - 1) : bytes;
}
