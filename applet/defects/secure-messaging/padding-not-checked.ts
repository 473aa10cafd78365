import { unpadBlocks } from '../../../apdu/index.js';
import { decryptCbc } from '../../os/aes-cbc.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const paddingNotChecked: CardDefect = inPart(
  {
    id: 'secure-messaging/padding-not-checked',
    cards: 'both',
    title: 'A cryptogram with a wrong padding is taken as it is.',
  },
  'CardSession',
  (CardSession) =>
    class extends CardSession {
      protected override decrypt(cryptogram: Uint8Array | undefined): Uint8Array {
        if (!cryptogram) return super.decrypt(cryptogram);
        const iv = this.initialValue();
        const padded = decryptCbc(this.coprocessor, this.encryptionKey.bytes, iv, cryptogram);
        return unpadBlocks(padded) ?? padded;
      }
    },
);
