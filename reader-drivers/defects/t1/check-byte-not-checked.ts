import type { Reception } from '../../t1/block-receiver.js';
import { inEngine, type LineDefect } from '../line-defect.js';

export const checkByteNotChecked: LineDefect = inEngine(
  { id: 't1/check-byte-not-checked', cards: 'both', title: 'The check byte of a block is not looked at.' },
  'BlockReceiver',
  (BlockReceiver) =>
    class extends BlockReceiver {
      override pushAll(characters: Uint8Array): Reception {
        const right = characters.slice();
        const end = right.length - 1;
        // a whole block: its last byte becomes the one that it should be
        if (right[2] === right.length - 4)
          right[end] = right.subarray(0, end).reduce((sum, byte) => sum ^ byte, 0);
        return super.pushAll(right);
      }
    },
);
