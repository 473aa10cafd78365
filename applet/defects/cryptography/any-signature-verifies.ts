import { type CardDefect, inEngine } from '../card-defect.js';

export const anySignatureVerifies: CardDefect = inEngine(
  { id: 'cryptography/any-signature-verifies', cards: 'both', title: 'Every signature is right.' },
  () => ({ p256EcdsaVerify: () => true }),
);
