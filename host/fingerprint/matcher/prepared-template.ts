/** A view made ready for matching: flat arrays in one unit of length, and the edges between near minutiae. */

import { pruneMinutiae } from '../format/card-format.js';
import type { FingerView } from '../format/finger-record.js';

/** Most minutiae that the matcher looks at; a view with more is mostly noise. */
export const MOST_MINUTIAE = 100;
/** Fewer minutiae than this are no ground to say yes or no: the finger is captured again. */
export const LEAST_MINUTIAE = 12;
/** Pixels per centimetre that all lengths are brought to: 500 dpi. */
const MATCHER_PER_CM = 197;
/** Edges go from a minutia to so many of its nearest neighbours, within these lengths in pixels. */
const NEIGHBOURS = 7;
const EDGE_LENGTH = { least: 10, most: 120 } as const;
/** So many minutiae tell where a template lies; more would only cost time. */
const MOST_CENTRAL = 40;
/** Two minutiae of a view nearer than this, in pixels, are one that was found twice. */
const SAME_PLACE = 4;
/** Where a finger was seen: cells of so many pixels, so many a side, set when their middle is this near a minutia. */
export const COVERAGE = { cell: 24, side: 32, reach: 36 } as const;

/** Minutiae stand in the order of the cells that they lie in, of so many pixels, so many a side. */
export const NEIGHBOURHOOD = { cell: 32, side: 32 } as const;

/** Angles are in 256ths of a turn, counter-clockwise, y upwards; lengths in pixels of 500 dpi. */
export type PreparedTemplate = {
  readonly count: number;
  /** Position from the middle of all. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly direction: Uint8Array;
  /** Minutiae of cell c are those from `cellStart[c]` up to `cellStart[c + 1]`; see {@link NEIGHBOURHOOD}. */
  readonly cellStart: Uint8Array;
  /** The minutiae nearest to the middle, which look for the placement. */
  readonly centralX: Int16Array;
  readonly centralY: Int16Array;
  readonly centralDirection: Uint8Array;
  readonly edges: Edges;
  /** 1 for each cell in which the finger was seen; see {@link COVERAGE}. */
  readonly coverage: Uint8Array;
};

/** Undirected edges, each written once, from the end with the lower number. */
export type Edges = {
  readonly count: number;
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly length: Uint8Array;
  /** Direction of the line from one end to the other. */
  readonly line: Uint8Array;
  /** Direction of the minutia at each end, from that line. */
  readonly atFrom: Uint8Array;
  readonly atTo: Uint8Array;
};

/** Enough minutiae to decide anything? If not, the answer to a search is "capture again", not "not found". */
export function isGoodEnough(view: FingerView): boolean {
  return view.minutiae.length >= LEAST_MINUTIAE;
}

export function prepareTemplate(view: FingerView): PreparedTemplate {
  const kept = pruneMinutiae(view.minutiae, MOST_MINUTIAE);
  const toX = MATCHER_PER_CM / view.image.xPerCm;
  const toY = MATCHER_PER_CM / view.image.yPerCm;
  const points: { x: number; y: number; angle: number }[] = [];
  for (const { x, y, angle } of kept) {
    const point = { x: x * toX, y: -y * toY, angle };
    const isNew = points.every(
      (other) => (other.x - point.x) ** 2 + (other.y - point.y) ** 2 >= SAME_PLACE ** 2,
    );
    if (isNew) points.push(point);
  }
  const count = points.length;
  const middle = (of: (point: { x: number; y: number }) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / Math.max(1, count);
  const [middleX, middleY] = [middle(({ x }) => x), middle(({ y }) => y)];
  const placed = points
    .map(({ x, y, angle }) => ({ x: x - middleX, y: y - middleY, angle }))
    .map((point) => ({ ...point, cell: cellAt(point.x, point.y) }))
    .sort((a, b) => a.cell - b.cell);
  const x = Float32Array.from(placed, (point) => point.x);
  const y = Float32Array.from(placed, (point) => point.y);
  const direction = Uint8Array.from(placed, ({ angle }) => angle);
  const cellStart = new Uint8Array(NEIGHBOURHOOD.side ** 2 + 1);
  for (const { cell } of placed) cellStart[cell + 1]!++;
  for (let cell = 1; cell < cellStart.length; cell++) cellStart[cell]! += cellStart[cell - 1]!;
  const central = [...x.keys()]
    .sort((a, b) => Math.hypot(x[a]!, y[a]!) - Math.hypot(x[b]!, y[b]!))
    .slice(0, MOST_CENTRAL);
  return {
    count,
    x,
    y,
    direction,
    cellStart,
    centralX: Int16Array.from(central, (i) => Math.round(x[i]!)),
    centralY: Int16Array.from(central, (i) => Math.round(y[i]!)),
    centralDirection: Uint8Array.from(central, (i) => direction[i]!),
    edges: findEdges(x, y, direction),
    coverage: findCoverage(x, y),
  };
}

/** Cell of a point; what lies outside all is in the nearest one. */
function cellAt(x: number, y: number): number {
  const { cell, side } = NEIGHBOURHOOD;
  const along = (value: number) => Math.max(0, Math.min(side - 1, Math.floor(value / cell + side / 2)));
  return along(y) * side + along(x);
}

function findEdges(x: Float32Array, y: Float32Array, direction: Uint8Array): Edges {
  const count = x.length;
  const chosen = new Set<number>();
  const nearest = new Int32Array(NEIGHBOURS);
  const distance = new Float64Array(NEIGHBOURS);
  for (let i = 0; i < count; i++) {
    let found = 0;
    for (let j = 0; j < count; j++) {
      const squared = (x[j]! - x[i]!) ** 2 + (y[j]! - y[i]!) ** 2;
      if (squared < EDGE_LENGTH.least ** 2 || squared > EDGE_LENGTH.most ** 2) continue;
      if (found === NEIGHBOURS && squared >= distance[NEIGHBOURS - 1]!) continue;
      let at = found < NEIGHBOURS ? found++ : NEIGHBOURS - 1;
      for (; at > 0 && distance[at - 1]! > squared; at--) {
        distance[at] = distance[at - 1]!;
        nearest[at] = nearest[at - 1]!;
      }
      distance[at] = squared;
      nearest[at] = j;
    }
    for (let n = 0; n < found; n++) {
      chosen.add(Math.min(i, nearest[n]!) * count + Math.max(i, nearest[n]!));
    }
  }
  const pairs = [...chosen].sort((a, b) => a - b);
  const edges = {
    count: pairs.length,
    from: new Uint8Array(pairs.length),
    to: new Uint8Array(pairs.length),
    length: new Uint8Array(pairs.length),
    line: new Uint8Array(pairs.length),
    atFrom: new Uint8Array(pairs.length),
    atTo: new Uint8Array(pairs.length),
  };
  pairs.forEach((pair, e) => {
    const [i, j] = [Math.floor(pair / count), pair % count];
    const line = Math.round((Math.atan2(y[j]! - y[i]!, x[j]! - x[i]!) * 128) / Math.PI) & 255;
    edges.from[e] = i;
    edges.to[e] = j;
    edges.length[e] = Math.round(Math.hypot(x[j]! - x[i]!, y[j]! - y[i]!));
    edges.line[e] = line;
    edges.atFrom[e] = direction[i]! - line;
    edges.atTo[e] = direction[j]! - line;
  });
  return edges;
}

function findCoverage(x: Float32Array, y: Float32Array): Uint8Array {
  const { cell, side, reach } = COVERAGE;
  const coverage = new Uint8Array(side * side);
  for (let i = 0; i < x.length; i++) {
    // only the cells around the minutia can be in its reach
    const column = Math.floor(x[i]! / cell + side / 2);
    const row = Math.floor(y[i]! / cell + side / 2);
    for (let r = Math.max(0, row - 2); r <= Math.min(side - 1, row + 2); r++) {
      for (let c = Math.max(0, column - 2); c <= Math.min(side - 1, column + 2); c++) {
        const dx = (c + 0.5 - side / 2) * cell - x[i]!;
        const dy = (r + 0.5 - side / 2) * cell - y[i]!;
        if (dx * dx + dy * dy < reach * reach) coverage[r * side + c] = 1;
      }
    }
  }
  return coverage;
}

/** Overwrites everything that a template says about a finger. */
export function wipeTemplate(template: PreparedTemplate): void {
  const { x, y, direction, cellStart, centralX, centralY, centralDirection, edges, coverage } = template;
  for (const array of [x, y, centralX, centralY]) array.fill(0);
  for (const array of [direction, cellStart, centralDirection, coverage]) array.fill(0);
  for (const array of [edges.from, edges.to, edges.length, edges.line, edges.atFrom, edges.atTo])
    array.fill(0);
}
