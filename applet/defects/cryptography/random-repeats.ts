import { type CardDefect, inRandom } from '../card-defect.js';

export const randomRepeats: CardDefect = inRandom(
  {
    id: 'cryptography/random-repeats',
    cards: 'both',
    title: 'The random number generator gives the same bytes each time it is asked for as many.',
  },
  (good) => {
    const kept = new Map<number, Uint8Array>();
    return (length) => {
      const bytes = kept.get(length) ?? good(length);
      // two keys of one card must differ, or there would be no card to test
      if (length === 16) kept.set(length, bytes);
      return bytes.slice();
    };
  },
);
