import { type CardDefect, inPatientHandler } from '../card-defect.js';

export const keyMadeAgain: CardDefect = inPatientHandler(
  {
    id: 'life-cycle/key-made-again',
    cards: 'both',
    title: 'GENERATE ASYMMETRIC KEY PAIR answers a second key for the same reference.',
  },
  'generateKeyPair',
  (good, os) => (request) => {
    try {
      return good(request);
    } catch {
      return { publicPoint: os.coprocessor.p256GenerateKeyPair().publicKey };
    }
  },
);
