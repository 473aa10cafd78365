import { equalBytes, scp03CommandMacInput, splitScp03Data } from '../../../apdu/index.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const headerNotCovered: CardDefect = inPart(
  { id: 'scp03/header-not-covered', cards: 'both', title: 'The C-MAC may cover a header with another P2.' },
  'Scp03Channel',
  (Scp03Channel) =>
    class extends Scp03Channel {
      override unwrap(header: Uint8Array, data: Uint8Array): Uint8Array {
        const parts = splitScp03Data(data);
        if (!parts || this.phase.value !== 2) return super.unwrap(header, data);
        for (let p2 = 0; p2 < 256; p2++) {
          const other = Uint8Array.of(...header.subarray(0, 3), p2);
          const input = scp03CommandMacInput(this.chaining.bytes, other, parts.body);
          const full = this.coprocessor.aes128Cmac(this.macKey.bytes, input);
          if (equalBytes(full.subarray(0, 8), parts.checksum)) return super.unwrap(other, data);
        }
        return super.unwrap(header, data);
      }
    },
);
