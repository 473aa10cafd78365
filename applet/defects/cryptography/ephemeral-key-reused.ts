import type { P256KeyPair } from '../../runtime/coprocessor.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const ephemeralKeyReused: CardDefect = inPart(
  {
    id: 'cryptography/ephemeral-key-reused',
    cards: 'patient',
    title: 'Ephemeral keys are drawn once and used for ever.',
  },
  'Coprocessor',
  (Coprocessor) => {
    const drawn: P256KeyPair[] = [];
    return class extends Coprocessor {
      override p256GenerateKeyPair(): P256KeyPair {
        // the first three are the card's own, from personalisation
        const { secretKey, publicKey } = drawn[3] ?? super.p256GenerateKeyPair();
        if (drawn.length < 4) drawn.push({ secretKey: secretKey.slice(), publicKey: publicKey.slice() });
        return { secretKey: secretKey.slice(), publicKey: publicKey.slice() };
      }
    };
  },
);
