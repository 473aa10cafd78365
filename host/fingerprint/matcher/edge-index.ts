/**
 * The edges of a probe by length and angles, each in every cell that its tolerance reaches: an edge of the
 * gallery is then compared with what lies in its own cell, and with nothing else.
 */

import { PlacementProbe } from './placement-probe.js';
import type { PreparedTemplate } from './prepared-template.js';

const LENGTH_BINS = 13;
const LENGTH_SHIFT_DIVISOR = 10;
const ANGLE_SHIFT = 4;
const CELLS = LENGTH_BINS << 8;
/** How far the angles of two edges that are the same may be apart, in 256ths of a turn. */
export const ANGLE_TOLERANCE = 20;

/** The coarse index reaches no farther than this share of the tolerances. */
const COARSE_SHARE = 0.3;

/** How far the lengths of two edges that are the same may be apart, in pixels: noise, and the skin stretched. */
export function lengthTolerance(length: number): number {
  return 5 + 0.08 * length;
}

/** Edges in the cells that are very near them, and of each nothing but the direction of its line. */
export type RotationIndex = {
  /** Lines of cell c are those from `start[c]` up to `start[c + 1]`. */
  readonly start: Int32Array;
  readonly lines: Uint8Array;
};

export type EdgeIndex = {
  readonly coarse: RotationIndex;
  readonly template: PreparedTemplate;
  readonly placement: PlacementProbe;
  /** Entries of cell c are those from `start[c]` up to `start[c + 1]`. */
  readonly start: Int32Array;
  /** An edge, twice its number; plus one when it is walked backwards. */
  readonly entries: Uint16Array;
  /** The same entries as one word each, so that a cell is read in one stroke: length, atFrom, atTo, line. */
  readonly packed: Uint32Array;
  /** Ends of the directed edges, by the number in `entries`. */
  readonly from: Uint8Array;
  readonly to: Uint8Array;
};

/** Cell of an edge. Lengths are below {@link LENGTH_BINS} × 10, angles bytes. */
export function cellOf(length: number, atFrom: number, atTo: number): number {
  return (
    (((length / LENGTH_SHIFT_DIVISOR) | 0) << 8) |
    ((atFrom >> ANGLE_SHIFT) << ANGLE_SHIFT) |
    (atTo >> ANGLE_SHIFT)
  );
}

export function indexEdges(template: PreparedTemplate): EdgeIndex {
  const directed = directEdges(template);
  const { from, to, length, atFrom, atTo, line } = directed;
  const { start, edges } = fillCells(directed, 1);
  const packed = Uint32Array.from(
    edges,
    (edge) => (length[edge]! << 24) | (atFrom[edge]! << 16) | (atTo[edge]! << 8) | line[edge]!,
  );
  const near = fillCells(directed, COARSE_SHARE);
  const coarse = { start: near.start, lines: Uint8Array.from(near.edges, (edge) => line[edge]!) };
  return {
    template,
    placement: new PlacementProbe(template),
    coarse,
    start,
    entries: edges,
    packed,
    from,
    to,
  };
}

/** Every edge in all cells that this share of its tolerance reaches. */
function fillCells(directed: Directed, share: number): { start: Int32Array; edges: Uint16Array } {
  const start = new Int32Array(CELLS + 1);
  forEachCell(directed, share, (cell) => {
    start[cell + 1]!++;
  });
  for (let cell = 0; cell < CELLS; cell++) start[cell + 1]! += start[cell]!;
  const edges = new Uint16Array(start[CELLS]!);
  const next = start.slice(0, CELLS);
  forEachCell(directed, share, (cell, edge) => {
    edges[next[cell]!++] = edge;
  });
  return { start, edges };
}

type Directed = Pick<EdgeIndex, 'from' | 'to'> &
  Readonly<Record<'length' | 'line' | 'atFrom' | 'atTo', Uint8Array>>;

function directEdges({ edges }: PreparedTemplate): Directed {
  const both = (values: Uint8Array, backwards: Uint8Array, turn = 0): Uint8Array => {
    const result = new Uint8Array(2 * edges.count);
    for (let e = 0; e < edges.count; e++) {
      result[2 * e] = values[e]!;
      result[2 * e + 1] = backwards[e]! + turn;
    }
    return result;
  };
  return {
    from: both(edges.from, edges.to),
    to: both(edges.to, edges.from),
    length: both(edges.length, edges.length),
    line: both(edges.line, edges.line, 128),
    atFrom: both(edges.atFrom, edges.atTo, 128),
    atTo: both(edges.atTo, edges.atFrom, 128),
  };
}

function forEachCell(directed: Directed, share: number, visit: (cell: number, edge: number) => void): void {
  for (let edge = 0; edge < directed.length.length; edge++) {
    const length = directed.length[edge]!;
    const tolerance = share * lengthTolerance(length);
    const first = Math.max(0, Math.floor((length - tolerance) / LENGTH_SHIFT_DIVISOR));
    const last = Math.min(LENGTH_BINS - 1, Math.floor((length + tolerance) / LENGTH_SHIFT_DIVISOR));
    for (let lengthBin = first; lengthBin <= last; lengthBin++) {
      for (const fromBin of angleBins(directed.atFrom[edge]!, share * ANGLE_TOLERANCE)) {
        for (const toBin of angleBins(directed.atTo[edge]!, share * ANGLE_TOLERANCE)) {
          visit((lengthBin << 8) | (fromBin << ANGLE_SHIFT) | toBin, edge);
        }
      }
    }
  }
}

function angleBins(angle: number, tolerance: number): number[] {
  const first = Math.floor((angle - tolerance) / (1 << ANGLE_SHIFT));
  const last = Math.floor((angle + tolerance) / (1 << ANGLE_SHIFT));
  const bins: number[] = [];
  for (let bin = first; bin <= last; bin++) bins.push(bin & ((256 >> ANGLE_SHIFT) - 1));
  return bins;
}
