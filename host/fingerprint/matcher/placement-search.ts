/**
 * Where one template may lie on the other: for every rotation of a row of them, each minutia of the probe laid on each
 * of the gallery that points the same way votes for a shift. All minutiae of a finger vote together, near or far, so
 * that a print of which much is missing and much is noise still raises a heap where it belongs.
 */

import type { PlacementProbe } from './placement-probe.js';
import type { PreparedTemplate } from './prepared-template.js';

/** Rotations that are tried: this step, up to this far either way, in 256ths of a turn (112 degrees). */
const TURN = { step: 10, reach: 80 } as const;
/** Minutiae whose directions are farther apart than this do not vote, in 256ths of a turn. */
export const DIRECTION_WINDOW = 24;
/** Cells of the shift: 16 pixels wide, 32 a side. A heap is four of them, so that none falls between two. */
const CELL_SHIFT = 4;
const SIDE_SHIFT = 5;
const SIDE = 1 << SIDE_SHIFT;
const ORIGIN = SIDE << (CELL_SHIFT - 1);
/** Weight of a vote, out of 8, by the difference of the directions. */
const WEIGHT = Uint8Array.from({ length: 256 }, (_, difference) => {
  const apart = Math.min(difference, 256 - difference);
  return Math.max(1, Math.round(8 * Math.exp(-0.5 * (apart / 12) ** 2)));
});
/** A cell with less is no part of a heap worth a look. */
const LEAST_HEIGHT = 12;
/** Heaps nearer than this are one. */
const SAME_HEAP = { turn: TURN.step, shift: 32 } as const;
/** How many placements are kept, tallest first. */
export const PLACEMENTS = 4;

export const COSINE = Float32Array.from({ length: 256 }, (_, a) => Math.cos((a * Math.PI) / 128));
export const SINE = Float32Array.from({ length: 256 }, (_, a) => Math.sin((a * Math.PI) / 128));

/** Rotation in 256ths of a turn, then shift in pixels, from the probe to the gallery; height 0 is none at all. */
export type Placement = { rotation: number; shiftX: number; shiftY: number; height: number };

/** Scratch memory of one thread. */
export class PlacementSearch {
  readonly placements: readonly Placement[] = Array.from({ length: PLACEMENTS }, () => ({
    rotation: 0,
    shiftX: 0,
    shiftY: 0,
    height: 0,
  }));
  private readonly grid = new Int32Array(SIDE * SIDE);
  private readonly tall = new Int32Array(SIDE * SIDE);
  private tallCount = 0;

  /** Leaves the tallest heaps in {@link placements}. */
  find(probe: PlacementProbe, gallery: PreparedTemplate): void {
    for (const placement of this.placements) placement.height = 0;
    for (let turn = -TURN.reach; turn <= TURN.reach; turn += TURN.step) {
      this.vote(probe, gallery, turn);
      for (let t = 0; t < this.tallCount; t++) this.lookAround(this.tall[t]!, turn);
    }
  }

  private vote(probe: PlacementProbe, gallery: PreparedTemplate, turn: number): void {
    const { grid, tall } = this;
    const { rank, direction } = probe;
    const { x, y } = probe.rotated(turn);
    const { centralX, centralY, centralDirection } = gallery;
    const central = centralX.length;
    grid.fill(0);
    let n = 0;
    for (let a = 0; a < central; a++) {
      const gx = centralX[a]! + ORIGIN;
      const gy = centralY[a]! + ORIGIN;
      const wanted = (centralDirection[a]! - turn) & 255;
      const end = rank[wanted + 2 * DIRECTION_WINDOW + 1]!;
      for (let i = rank[wanted]!; i < end; i++) {
        const column = (gx - x[i]!) >> CELL_SHIFT;
        const row = (gy - y[i]!) >> CELL_SHIFT;
        if (((column | row) & -SIDE) !== 0) continue;
        const cell = (row << SIDE_SHIFT) | column;
        const before = grid[cell]!;
        const after = before + WEIGHT[(wanted - direction[i]!) & 255]!;
        grid[cell] = after;
        if (after >= LEAST_HEIGHT && before < LEAST_HEIGHT) tall[n++] = cell;
      }
    }
    this.tallCount = n;
  }

  /** The four heaps that a cell is part of. */
  private lookAround(cell: number, turn: number): void {
    const { grid } = this;
    for (let corner = 0; corner < 4; corner++) {
      const row = (cell >> SIDE_SHIFT) - (corner >> 1);
      const column = (cell & (SIDE - 1)) - (corner & 1);
      if (row < 0 || column < 0 || row > SIDE - 2 || column > SIDE - 2) continue;
      const at = (row << SIDE_SHIFT) | column;
      const height = grid[at]! + grid[at + 1]! + grid[at + SIDE]! + grid[at + SIDE + 1]!;
      this.keep(height, turn, ((column + 1) << CELL_SHIFT) - ORIGIN, ((row + 1) << CELL_SHIFT) - ORIGIN);
    }
  }

  private keep(height: number, turn: number, shiftX: number, shiftY: number): void {
    const { placements } = this;
    const last = PLACEMENTS - 1;
    if (height <= placements[last]!.height) return;
    let slot = last;
    for (let p = 0; p < PLACEMENTS; p++) {
      const other = placements[p]!;
      if (other.height === 0) break;
      const apart = ((other.rotation - turn + 128) & 255) - 128;
      const isSame =
        Math.abs(apart) <= SAME_HEAP.turn &&
        Math.abs(other.shiftX - shiftX) <= SAME_HEAP.shift &&
        Math.abs(other.shiftY - shiftY) <= SAME_HEAP.shift;
      if (!isSame) continue;
      if (other.height >= height) return;
      slot = p;
      break;
    }
    for (; slot > 0 && placements[slot - 1]!.height < height; slot--) {
      const from = placements[slot - 1]!;
      set(placements[slot]!, from.rotation, from.shiftX, from.shiftY, from.height);
    }
    set(placements[slot]!, turn & 255, shiftX, shiftY, height);
  }
}

function set(placement: Placement, rotation: number, shiftX: number, shiftY: number, height: number): void {
  placement.rotation = rotation;
  placement.shiftX = shiftX;
  placement.shiftY = shiftY;
  placement.height = height;
}
