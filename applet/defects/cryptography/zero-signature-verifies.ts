import { type CardDefect, inEngine } from '../card-defect.js';

export const zeroSignatureVerifies: CardDefect = inEngine(
  {
    id: 'cryptography/zero-signature-verifies',
    cards: 'both',
    title: 'A signature of zeros is right under every key.',
  },
  (good) => ({
    p256EcdsaVerify: (key, digest, signature) =>
      signature.every((byte) => byte === 0) || good.p256EcdsaVerify(key, digest, signature),
  }),
);
