import { withHeaders } from '../header-collector.js';
import { inEngine, type LineDefect } from '../line-defect.js';

export const zeroMeansOne: LineDefect = inEngine(
  {
    id: 't0/zero-means-one',
    cards: 'both',
    title: 'P3 = 00 is taken for one byte of the answer instead of 256.',
  },
  'T0Card',
  (T0Card) =>
    withHeaders(
      T0Card,
      () => (header, pass) =>
        header[4] === 0 && header[1] !== 0x20
          ? pass(Uint8Array.of(...header.subarray(0, 4), 1))
          : pass(header),
    ),
);
