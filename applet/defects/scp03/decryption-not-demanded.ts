import type { SecureChannelRule } from '../../../apdu/index.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const decryptionNotDemanded: CardDefect = inPart(
  {
    id: 'scp03/decryption-not-demanded',
    cards: 'both',
    title: 'STORE DATA is taken at a security level without encryption.',
  },
  'Scp03Channel',
  (Scp03Channel) =>
    class extends Scp03Channel {
      override assertPermits(rule: SecureChannelRule, isProtected: boolean): void {
        super.assertPermits(rule === 'scp03 C-DECRYPTION' ? 'scp03 C-MAC' : rule, isProtected);
      }
    },
);
