import { concatBytes, equalBytes, scp03CommandMacInput, splitScp03Data } from '../../../apdu/index.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const shortCommandMac: CardDefect = inPart(
  { id: 'scp03/short-command-mac', cards: 'both', title: 'Of the C-MAC only the first half is compared.' },
  'Scp03Channel',
  (Scp03Channel) =>
    class extends Scp03Channel {
      override unwrap(header: Uint8Array, data: Uint8Array): Uint8Array {
        const parts = splitScp03Data(data);
        if (!parts) return super.unwrap(header, data);
        const input = scp03CommandMacInput(this.chaining.bytes, header, parts.body);
        const full = this.coprocessor.aes128Cmac(this.macKey.bytes, input);
        if (!equalBytes(full.subarray(0, 4), parts.checksum.subarray(0, 4)))
          return super.unwrap(header, data);
        return super.unwrap(header, concatBytes(parts.body, full.subarray(0, 8)));
      }
    },
);
