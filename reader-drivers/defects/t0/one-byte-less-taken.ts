import { withHeaders } from '../header-collector.js';
import { inEngine, type LineDefect } from '../line-defect.js';

export const oneByteLessTaken: LineDefect = inEngine(
  {
    id: 't0/one-byte-less-taken',
    cards: 'both',
    title: 'The last byte of the data to the card is not waited for.',
  },
  'T0Card',
  (T0Card) =>
    withHeaders(
      T0Card,
      () => (header, pass) =>
        header[1] === 0xa4 && header[4]! > 1
          ? pass(Uint8Array.of(...header.subarray(0, 4), header[4]! - 1))
          : pass(header),
    ),
);
