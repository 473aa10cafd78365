import { type CardDefect, inEngine } from '../card-defect.js';

export const sealNotChecked: CardDefect = inEngine(
  {
    id: 'cryptography/seal-not-checked',
    cards: 'professional',
    title: 'An envelope is opened without a look at its tag.',
  },
  (good) => ({
    aes128GcmOpen: (key, nonce, aad, sealed) =>
      // a counter mode: sealing once more takes the key stream off
      good.aes128GcmSeal(key, nonce, aad, sealed.subarray(0, -16)).slice(0, -16),
  }),
);
