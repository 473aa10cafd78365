import { type CardDefect, inPart } from '../card-defect.js';

export const publicKeyOfAnother: CardDefect = inPart(
  {
    id: 'cryptography/public-key-of-another',
    cards: 'patient',
    title: 'The public key that the card gives with its second key pair belongs to another secret.',
  },
  'Coprocessor',
  (Coprocessor) =>
    class extends Coprocessor {
      private pairs = 0;

      override p256GenerateKeyPair() {
        const pair = super.p256GenerateKeyPair();
        this.pairs++;
        return this.pairs === 2 ? { ...pair, publicKey: super.p256GenerateKeyPair().publicKey } : pair;
      }
    },
);
