import { type CardDefect, inPart } from '../card-defect.js';

export const anyHostCryptogram: CardDefect = inPart(
  {
    id: 'scp03/any-host-cryptogram',
    cards: 'both',
    title: 'EXTERNAL AUTHENTICATE opens with any host cryptogram.',
  },
  'Scp03Channel',
  (Scp03Channel) =>
    class extends Scp03Channel {
      override open(_hostCryptogram: Uint8Array, level: number): void {
        super.open(this.hostCryptogram.bytes.slice(), level);
      }
    },
);
