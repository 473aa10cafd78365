import { type CardDefect, inPart } from '../card-defect.js';

export const proxyNonceReused: CardDefect = inPart(
  {
    id: 'cryptography/proxy-nonce-reused',
    cards: 'patient',
    title: "Every signature and proof over P-256 by Schnorr's method has the nonce of the first one.",
  },
  'Coprocessor',
  (Coprocessor) =>
    class extends Coprocessor {
      private nonce: Uint8Array | undefined;

      override modReduce(value: Uint8Array, modulus: Uint8Array): Uint8Array {
        this.nonce ??= super.modReduce(value, modulus);
        return this.nonce.slice();
      }
    },
);
