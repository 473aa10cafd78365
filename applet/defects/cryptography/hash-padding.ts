import { concatBytes } from '../../../apdu/index.js';
import { type CardDefect, inEngine } from '../card-defect.js';

export const hashPadding: CardDefect = inEngine(
  {
    id: 'cryptography/hash-padding',
    cards: 'both',
    title: 'SHA-256 of a message that leaves no room for its length in the last block is wrong.',
  },
  (good) => ({
    sha256: (message) =>
      good.sha256(message.length % 64 >= 56 ? concatBytes(message, Uint8Array.of(0)) : message),
  }),
);
