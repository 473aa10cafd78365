import { type CardDefect, inEngine } from '../card-defect.js';

export const offCurvePointAccepted: CardDefect = inEngine(
  {
    id: 'cryptography/off-curve-point-accepted',
    cards: 'both',
    title: 'Diffie–Hellman with bytes that are no point of the curve gives a secret all the same.',
  },
  (good) => ({
    p256Ecdh: (secretKey, publicKey) => good.p256Ecdh(secretKey, publicKey) ?? new Uint8Array(32),
  }),
);
