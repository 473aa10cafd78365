import { type CardDefect, inPart } from '../card-defect.js';

export const ownKeyLeaked: CardDefect = inPart(
  {
    id: 'cryptography/own-key-leaked',
    cards: 'patient',
    title: "The public key of the card's ephemeral pair is that of its secret plus one.",
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
