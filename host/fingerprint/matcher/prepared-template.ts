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
const NEIGHBOURS = 8;
const EDGE_LENGTH = { least: 10, most: 120 } as const;
/** Two minutiae of a view nearer than this, in pixels, are one that was found twice. */
const SAME_PLACE = 4;
/** The finger was seen this far around a minutia. */
const COVERAGE_REACH = 36;

/** Angles are in 256ths of a turn, counter-clockwise, y upwards; lengths in pixels of 500 dpi. */
export type PreparedTemplate = {
  readonly count: number;
  /** Position from the middle of all. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly direction: Uint8Array;
  readonly edges: Edges;
  /** Where the finger was seen: cells of 24 pixels, 32 by 32 around the middle, 1 near minutiae. */
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
    if (points.every((other) => Math.hypot(other.x - point.x, other.y - point.y) >= SAME_PLACE)) {
      points.push(point);
    }
  }
  const count = points.length;
  const middle = (of: (point: { x: number; y: number }) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / Math.max(1, count);
  const [middleX, middleY] = [middle(({ x }) => x), middle(({ y }) => y)];
  const x = Float32Array.from(points, (point) => point.x - middleX);
  const y = Float32Array.from(points, (point) => point.y - middleY);
  const direction = Uint8Array.from(points, ({ angle }) => angle);
  return { count, x, y, direction, edges: findEdges(x, y, direction), coverage: findCoverage(x, y) };
}

function findEdges(x: Float32Array, y: Float32Array, direction: Uint8Array): Edges {
  const count = x.length;
  const chosen = new Set<number>();
  for (let i = 0; i < count; i++) {
    const near: { j: number; length: number }[] = [];
    for (let j = 0; j < count; j++) {
      const length = Math.hypot(x[j]! - x[i]!, y[j]! - y[i]!);
      if (j !== i && length >= EDGE_LENGTH.least && length <= EDGE_LENGTH.most) near.push({ j, length });
    }
    near.sort((a, b) => a.length - b.length || a.j - b.j);
    for (const { j } of near.slice(0, NEIGHBOURS)) chosen.add(Math.min(i, j) * count + Math.max(i, j));
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
  const coverage = new Uint8Array(32 * 32);
  for (let row = 0; row < 32; row++) {
    for (let column = 0; column < 32; column++) {
      const [cx, cy] = [24 * (column - 16) + 12, 24 * (row - 16) + 12];
      const near = x.some((value, i) => Math.hypot(value - cx, y[i]! - cy) < COVERAGE_REACH);
      coverage[row * 32 + column] = near ? 1 : 0;
    }
  }
  return coverage;
}

/** Overwrites everything that a template says about a finger. */
export function wipeTemplate({ x, y, direction, edges, coverage }: PreparedTemplate): void {
  for (const array of [x, y, direction, coverage]) array.fill(0);
  for (const array of [edges.from, edges.to, edges.length, edges.line, edges.atFrom, edges.atTo])
    array.fill(0);
}
