import type { SecureChannelRule } from '../../../apdu/index.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const clearCommandInChannel: CardDefect = inPart(
  {
    id: 'scp03/clear-command-in-channel',
    cards: 'both',
    title: 'A command in the clear is taken while a secure channel is open.',
  },
  'Scp03Channel',
  (Scp03Channel) =>
    class extends Scp03Channel {
      override assertPermits(rule: SecureChannelRule, isProtected: boolean): void {
        if (!isProtected && this.phase.value === 2) return;
        super.assertPermits(rule, isProtected);
      }

      override unwrap(header: Uint8Array, data: Uint8Array): Uint8Array {
        return (header[0]! & 0x04) === 0 ? data : super.unwrap(header, data);
      }
    },
);
