import { unpadBlocks } from '../../../apdu/index.js';
import { decryptCbc } from '../../os/aes-cbc.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const paddingNotChecked: CardDefect = inPart(
  {
    id: 'scp03/padding-not-checked',
    cards: 'both',
    title: 'Encrypted data with a wrong padding are taken as they are.',
  },
  'Scp03Channel',
  (Scp03Channel) =>
    class extends Scp03Channel {
      protected override decrypt(body: Uint8Array): Uint8Array {
        if (body.length % 16 !== 0) return super.decrypt(body);
        const padded = decryptCbc(
          this.coprocessor,
          this.encryptionKey.bytes,
          this.initialValue('command'),
          body,
        );
        return unpadBlocks(padded) ?? padded;
      }
    },
);
