/**
 * First look at two templates: every pair of edges that could be the same votes for the rotation and shift
 * that would lay one on the other. The tallest heap of votes is the pre-filter's score.
 */

import { ANGLE_TOLERANCE, cellOf, type EdgeIndex, lengthTolerance } from './edge-index.js';
import { COSINE, SINE } from './placement-search.js';
import type { PreparedTemplate } from './prepared-template.js';

const MOST_VOTES = 16_384;
/** Width of a bin of the rotation, as a shift of 256ths of a turn. */
const ROTATION_SHIFT = 2;
const ROTATION_BINS = 256 >> ROTATION_SHIFT;
/** Votes this many bins beside the best still count for it. */
const ROTATION_REACH = 5;
/** Cells of the shift overlap by half, so that a heap never falls between two. */
const SHIFT_STEP = 16;
const SHIFT_CELLS = 48;
const SHIFT_ORIGIN = (SHIFT_STEP * SHIFT_CELLS) / 2;

/** Weight of a difference of angles, out of 16; 0 beyond the tolerance. */
const ANGLE_WEIGHT = Uint8Array.from({ length: 256 }, (_, difference) => {
  const apart = Math.min(difference, 256 - difference);
  return apart > ANGLE_TOLERANCE ? 0 : Math.max(1, Math.round(16 * Math.exp(-0.5 * (apart / 12) ** 2)));
});
/** Weight of two lengths, out of 16, at probe × 128 + gallery; 0 beyond the tolerance. */
const LENGTH_WEIGHT = Uint8Array.from({ length: 128 * 128 }, (_, lengths) => {
  const probe = lengths >> 7;
  const apart = Math.abs(probe - (lengths & 127));
  if (apart > lengthTolerance(probe)) return 0;
  return Math.max(1, Math.round(16 * Math.exp(-2 * (apart / lengthTolerance(probe)) ** 2)));
});

/** Holds the votes of the last comparison; one for each thread. */
export class VoteBox {
  private count = 0;
  private readonly probeEdge = new Uint16Array(MOST_VOTES);
  private readonly galleryEdge = new Uint16Array(MOST_VOTES);
  private readonly rotation = new Uint8Array(MOST_VOTES);
  private readonly weight = new Uint16Array(MOST_VOTES);
  private readonly rotations = new Int32Array(ROTATION_BINS);
  private readonly shifts = new Int32Array(SHIFT_CELLS * SHIFT_CELLS);

  /** Height of the tallest heap; 0 when nothing votes. */
  cast(probe: EdgeIndex, gallery: PreparedTemplate): number {
    this.collect(probe, gallery);
    return this.tallestHeap(this.tallestRotation(), probe, gallery);
  }

  /** Without a branch that nobody could foresee: a pair that fits nothing is written, too, and written over. */
  private collect({ start, entries, packed }: EdgeIndex, { edges }: PreparedTemplate): void {
    const { probeEdge, galleryEdge, rotation, weight, rotations } = this;
    const { count, length, atFrom, atTo, line } = edges;
    rotations.fill(0);
    let n = 0;
    for (let g = 0; g < count; g++) {
      const galleryLength = length[g]!;
      const galleryFrom = atFrom[g]!;
      const galleryTo = atTo[g]!;
      const galleryLine = line[g]!;
      const cell = cellOf(galleryLength, galleryFrom, galleryTo);
      const first = start[cell]!;
      const end = Math.min(start[cell + 1]!, first + MOST_VOTES - 1 - n);
      for (let entry = first; entry < end; entry++) {
        const word = packed[entry]!;
        const heavy =
          (ANGLE_WEIGHT[(galleryFrom - (word >> 16)) & 255]! *
            ANGLE_WEIGHT[(galleryTo - (word >> 8)) & 255]! *
            LENGTH_WEIGHT[((word >>> 24) << 7) | galleryLength]!) >>
          4;
        const turn = (galleryLine - word) & 255;
        probeEdge[n] = entries[entry]!;
        galleryEdge[n] = g;
        rotation[n] = turn;
        weight[n] = heavy;
        rotations[turn >> ROTATION_SHIFT]! += heavy;
        n += heavy > 0 ? 1 : 0;
      }
    }
    this.count = n;
  }

  private tallestRotation(): number {
    const { rotations } = this;
    let sum = 0;
    for (let bin = -ROTATION_REACH; bin <= ROTATION_REACH; bin++)
      sum += rotations[bin & (ROTATION_BINS - 1)]!;
    let best = 0;
    let tallest = -1;
    for (let middle = 0; middle < ROTATION_BINS; middle++) {
      if (sum > tallest) {
        tallest = sum;
        best = middle;
      }
      sum += rotations[(middle + ROTATION_REACH + 1) & (ROTATION_BINS - 1)]!;
      sum -= rotations[(middle - ROTATION_REACH) & (ROTATION_BINS - 1)]!;
    }
    // within the window, where the weight lies
    let lean = 0;
    for (let bin = -ROTATION_REACH; bin <= ROTATION_REACH; bin++) {
      lean += bin * rotations[(best + bin) & (ROTATION_BINS - 1)]!;
    }
    const offset = tallest > 0 ? lean / tallest : 0;
    return (((best + 0.5 + offset) * (1 << ROTATION_SHIFT)) | 0) & 255;
  }

  private tallestHeap(turn: number, probe: EdgeIndex, gallery: PreparedTemplate): number {
    const { shifts, probeEdge, galleryEdge, rotation, weight } = this;
    const { x: px, y: py } = probe.template;
    const { x: gx, y: gy, edges } = gallery;
    const cosine = COSINE[turn]!;
    const sine = SINE[turn]!;
    const reach = (ROTATION_REACH << ROTATION_SHIFT) + 2;
    shifts.fill(0);
    let tallest = 0;
    for (let v = 0; v < this.count; v++) {
      const off = (rotation[v]! - turn + reach) & 255;
      if (off > 2 * reach) continue;
      const e = probeEdge[v]!;
      const g = galleryEdge[v]!;
      const i = probe.from[e]!;
      const j = probe.to[e]!;
      const a = edges.from[g]!;
      const b = edges.to[g]!;
      const mx = (px[i]! + px[j]!) / 2;
      const my = (py[i]! + py[j]!) / 2;
      const shiftX = (gx[a]! + gx[b]!) / 2 - (mx * cosine - my * sine);
      const shiftY = (gy[a]! + gy[b]!) / 2 - (mx * sine + my * cosine);
      const column = ((shiftX + SHIFT_ORIGIN) / SHIFT_STEP) | 0;
      const row = ((shiftY + SHIFT_ORIGIN) / SHIFT_STEP) | 0;
      if (column < 1 || row < 1 || column >= SHIFT_CELLS || row >= SHIFT_CELLS) continue;
      const heavy = weight[v]!;
      // the four cells of two steps a side that the vote lies in
      for (let corner = 0; corner < 4; corner++) {
        const at = (row - (corner >> 1)) * SHIFT_CELLS + column - (corner & 1);
        const height = shifts[at]! + heavy;
        shifts[at] = height;
        if (height > tallest) tallest = height;
      }
    }
    return tallest;
  }
}
