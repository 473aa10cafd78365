/**
 * First look at two templates: every pair of edges that could be the same votes for the rotation and shift
 * that would lay one on the other. The tallest heap of votes is the pre-filter's score and the full
 * matcher's starting point.
 */

import { ANGLE_TOLERANCE, cellOf, type EdgeIndex, lengthTolerance } from './edge-index.js';
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

/** Weight of a difference of angles and of lengths, out of 16. */
const ANGLE_WEIGHT = Uint8Array.from({ length: ANGLE_TOLERANCE + 1 }, (_, d) =>
  Math.round(16 * Math.exp(-0.5 * (d / 12) ** 2)),
);
const LENGTH_WEIGHT = Uint8Array.from({ length: 32 }, (_, d) =>
  Math.round(16 * Math.exp(-0.5 * (d / 7) ** 2)),
);
const LENGTH_TOLERANCE = Uint8Array.from({ length: 256 }, (_, length) => Math.floor(lengthTolerance(length)));
const COSINE = Float32Array.from({ length: 256 }, (_, a) => Math.cos((a * Math.PI) / 128));
const SINE = Float32Array.from({ length: 256 }, (_, a) => Math.sin((a * Math.PI) / 128));

/** Rotation in 256ths of a turn, then shift in pixels, from the probe to the gallery's template. */
export type Placement = { rotation: number; shiftX: number; shiftY: number };

/** Holds the votes of the last comparison; one for each thread. */
export class VoteBox {
  count = 0;
  readonly probeEdge = new Uint16Array(MOST_VOTES);
  readonly galleryEdge = new Uint16Array(MOST_VOTES);
  readonly rotation = new Uint8Array(MOST_VOTES);
  readonly weight = new Uint16Array(MOST_VOTES);
  /** Where the heap of votes stands. */
  readonly best: Placement = { rotation: 0, shiftX: 0, shiftY: 0 };
  private readonly rotations = new Int32Array(ROTATION_BINS);
  private readonly shifts = new Int32Array(SHIFT_CELLS * SHIFT_CELLS);

  /** Height of the heap; 0 when nothing votes. */
  cast(probe: EdgeIndex, gallery: PreparedTemplate): number {
    this.collect(probe, gallery);
    this.best.rotation = this.tallestRotation();
    return this.tallestShift(probe, gallery);
  }

  private collect(probe: EdgeIndex, gallery: PreparedTemplate): void {
    const { start, entries, length, line, atFrom, atTo } = probe;
    const { edges } = gallery;
    const { probeEdge, galleryEdge, rotation, weight, rotations } = this;
    rotations.fill(0);
    let n = 0;
    for (let g = 0; g < edges.count; g++) {
      const galleryLength = edges.length[g]!;
      const galleryFrom = edges.atFrom[g]!;
      const galleryTo = edges.atTo[g]!;
      const galleryLine = edges.line[g]!;
      const cell = cellOf(galleryLength, galleryFrom, galleryTo);
      const end = start[cell + 1]!;
      for (let entry = start[cell]!; entry < end; entry++) {
        const e = entries[entry]!;
        let fromApart = (galleryFrom - atFrom[e]!) & 255;
        if (fromApart > 128) fromApart = 256 - fromApart;
        if (fromApart > ANGLE_TOLERANCE) continue;
        let toApart = (galleryTo - atTo[e]!) & 255;
        if (toApart > 128) toApart = 256 - toApart;
        if (toApart > ANGLE_TOLERANCE) continue;
        const probeLength = length[e]!;
        const apart = galleryLength > probeLength ? galleryLength - probeLength : probeLength - galleryLength;
        if (apart > LENGTH_TOLERANCE[probeLength]!) continue;
        if (n === MOST_VOTES) break;
        const turn = (galleryLine - line[e]!) & 255;
        const heavy = (ANGLE_WEIGHT[fromApart]! * ANGLE_WEIGHT[toApart]! * LENGTH_WEIGHT[apart]!) >> 4;
        probeEdge[n] = e;
        galleryEdge[n] = g;
        rotation[n] = turn;
        weight[n] = heavy;
        rotations[turn >> ROTATION_SHIFT]! += heavy;
        n++;
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

  private tallestShift(probe: EdgeIndex, gallery: PreparedTemplate): number {
    const { shifts, best, probeEdge, galleryEdge, rotation, weight } = this;
    const { x: px, y: py } = probe.template;
    const { x: gx, y: gy, edges } = gallery;
    const cosine = COSINE[best.rotation]!;
    const sine = SINE[best.rotation]!;
    const reach = (ROTATION_REACH << ROTATION_SHIFT) + 2;
    shifts.fill(0);
    let tallest = 0;
    let tallestCell = (SHIFT_CELLS / 2) * SHIFT_CELLS + SHIFT_CELLS / 2;
    for (let v = 0; v < this.count; v++) {
      const off = (rotation[v]! - best.rotation + reach) & 255;
      if (off > 2 * reach) continue;
      const e = probeEdge[v]!;
      const g = galleryEdge[v]!;
      const [i, j] = [probe.from[e]!, probe.to[e]!];
      const [a, b] = [edges.from[g]!, edges.to[g]!];
      const mx = (px[i]! + px[j]!) / 2;
      const my = (py[i]! + py[j]!) / 2;
      const shiftX = (gx[a]! + gx[b]!) / 2 - (mx * cosine - my * sine);
      const shiftY = (gy[a]! + gy[b]!) / 2 - (mx * sine + my * cosine);
      const column = ((shiftX + SHIFT_ORIGIN) / SHIFT_STEP) | 0;
      const row = ((shiftY + SHIFT_ORIGIN) / SHIFT_STEP) | 0;
      if (column < 1 || row < 1 || column >= SHIFT_CELLS || row >= SHIFT_CELLS) continue;
      const heavy = weight[v]!;
      const cell = row * SHIFT_CELLS + column;
      // the four cells of two steps a side that the vote lies in
      shifts[cell]! += heavy;
      shifts[cell - 1]! += heavy;
      shifts[cell - SHIFT_CELLS]! += heavy;
      shifts[cell - SHIFT_CELLS - 1]! += heavy;
      for (let corner = 0; corner < 4; corner++) {
        const at = cell - (corner & 1) - (corner >> 1) * SHIFT_CELLS;
        if (shifts[at]! > tallest) {
          tallest = shifts[at]!;
          tallestCell = at;
        }
      }
    }
    best.shiftX = ((tallestCell % SHIFT_CELLS) + 1) * SHIFT_STEP - SHIFT_ORIGIN;
    best.shiftY = (((tallestCell / SHIFT_CELLS) | 0) + 1) * SHIFT_STEP - SHIFT_ORIGIN;
    return tallest;
  }
}
