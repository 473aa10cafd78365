/**
 * First sieve of a large gallery: edges of two templates that agree closely vote for a rotation. Where they would lie is
 * not asked, so that a comparison is a walk over short lists of bytes.
 */

import { cellOf, type RotationIndex } from './edge-index.js';
import type { PreparedTemplate } from './prepared-template.js';

const BIN_SHIFT = 3;
const BINS = 256 >> BIN_SHIFT;
/** More edges of the gallery say no more. */
const MOST_EDGES = 160;

/** Scratch memory of one thread. */
export class RotationVotes {
  private readonly votes = new Int32Array(BINS);

  /** Votes for the rotation that most agree on, for as many edges as the gallery's template has. */
  tallest({ start, lines }: RotationIndex, { edges }: PreparedTemplate): number {
    const { votes } = this;
    const { count, length, atFrom, atTo, line } = edges;
    votes.fill(0);
    const step = Math.max(1, count / MOST_EDGES);
    for (let next = 0; next < count; next += step) {
      const g = next | 0;
      const cell = cellOf(length[g]!, atFrom[g]!, atTo[g]!);
      const end = start[cell + 1]!;
      const galleryLine = line[g]!;
      for (let entry = start[cell]!; entry < end; entry++) {
        votes[((galleryLine - lines[entry]!) & 255) >> BIN_SHIFT]!++;
      }
    }
    let most = 0;
    let window = votes[BINS - 1]! + votes[0]! + votes[1]!;
    for (let middle = 0; middle < BINS; middle++) {
      if (window > most) most = window;
      window += votes[(middle + 2) & (BINS - 1)]! - votes[(middle - 1) & (BINS - 1)]!;
    }
    return most * step;
  }
}
