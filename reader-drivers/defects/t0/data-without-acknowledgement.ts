import type { LineDefect } from '../line-defect.js';
import { sendsOtherCharacters } from '../t0-machine.js';

export const dataWithoutAcknowledgement: LineDefect = sendsOtherCharacters(
  {
    id: 't0/data-without-acknowledgement',
    cards: 'both',
    title: 'Data of the card come without a procedure byte before them.',
  },
  changed,
);

function changed(bytes: Uint8Array): Uint8Array {
  return bytes.length > 2 ? bytes.subarray(1) : bytes;
}
