import { type CardDefect, inRandom } from '../card-defect.js';

export const randomHalfConstant: CardDefect = inRandom(
  {
    id: 'cryptography/random-half-constant',
    cards: 'both',
    title: 'The second half of all random bytes is zero.',
  },
  (good) => (length) => good(length).fill(0, length >> 1),
);
