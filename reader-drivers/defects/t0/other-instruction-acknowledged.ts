import type { LineDefect } from '../line-defect.js';
import { sendsOtherCharacters } from '../t0-machine.js';

export const otherInstructionAcknowledged: LineDefect = sendsOtherCharacters(
  {
    id: 't0/other-instruction-acknowledged',
    cards: 'both',
    title: 'The procedure byte before data of the card is that of another instruction.',
  },
  changed,
);

function changed(bytes: Uint8Array): Uint8Array {
  return bytes.length > 2 ? Uint8Array.of(bytes[0]! ^ 0x02, ...bytes.subarray(1)) : bytes;
}
