import { type CardDefect, inPart } from '../card-defect.js';

export const ephemeralKeyReused: CardDefect = inPart(
  {
    id: 'cryptography/ephemeral-key-reused',
    cards: 'patient',
    title: 'Ephemeral keys are drawn once and used for ever.',
  },
  'Coprocessor',
  (Coprocessor) =>
    class extends Coprocessor {
      private drawn: ReturnType<InstanceType<typeof Coprocessor>['p256GenerateKeyPair']>[] = [];

      override p256GenerateKeyPair() {
        // the first three are the card's own, from personalisation
        const pair = this.drawn[3] ?? super.p256GenerateKeyPair();
        const copy = { secretKey: pair.secretKey.slice(), publicKey: pair.publicKey.slice() };
        if (this.drawn.length < 4) this.drawn.push(copy);
        return { secretKey: copy.secretKey.slice(), publicKey: copy.publicKey.slice() };
      }
    },
);
