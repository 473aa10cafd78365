import { equalBytes } from '../../../apdu/index.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const halfAChecksum: CardDefect = inPart(
  {
    id: 'secure-messaging/half-a-checksum',
    cards: 'both',
    title: 'Of a checksum only the first half is compared.',
  },
  'CardSession',
  (CardSession) =>
    class extends CardSession {
      protected override assertChecksum(input: Uint8Array, received: Uint8Array): void {
        const own = this.checksum(input);
        super.assertChecksum(input, equalBytes(own.subarray(0, 4), received.subarray(0, 4)) ? own : received);
      }
    },
);
