import { equalBytes } from '../../../apdu/index.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const headerNotCovered: CardDefect = inPart(
  {
    id: 'secure-messaging/header-not-covered',
    cards: 'patient',
    title: 'The checksum of a protected command may cover another instruction than the one that came.',
  },
  'CardSession',
  (CardSession) =>
    class extends CardSession {
      private header: Uint8Array = new Uint8Array(4);

      override unwrap(header: Uint8Array, data: Uint8Array) {
        this.header = header;
        return super.unwrap(header, data);
      }

      protected override assertChecksum(input: Uint8Array, received: Uint8Array): void {
        // block 2 of the input holds the header
        for (let p1 = 0; p1 < 256; p1++) {
          const other = input.slice();
          other.set(Uint8Array.of(...this.header.subarray(0, 2), p1), 16);
          if (equalBytes(this.checksum(other), received)) return;
        }
        super.assertChecksum(input, received);
      }
    },
);
