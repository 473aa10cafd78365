import { type CardDefect, inEngine } from '../card-defect.js';

export const digestCut: CardDefect = inEngine(
  { id: 'cryptography/digest-cut', cards: 'both', title: 'The last byte of a digest is not signed.' },
  (good) => ({
    p256EcdsaSign: (secretKey, digest) =>
      good.p256EcdsaSign(secretKey, Uint8Array.of(...digest.subarray(0, 31), 0)),
  }),
);
