/** Second look: which minutia is which, given about where one template lies on the other. */

import { COSINE, type Placement, SINE } from './placement-search.js';
import { COVERAGE, MOST_MINUTIAE, NEIGHBOURHOOD, type PreparedTemplate } from './prepared-template.js';
import type { PairingFeatures } from './score.js';
import { sortByCost } from './sort-by-cost.js';

/** Pairs of minutiae that may be one after alignment: pixels, and 256ths of a turn. Every round refines the alignment. */
type Reach = { readonly distance: number; readonly turn: number };
const FIRST: Reach = { distance: 26, turn: 34 };
/** Later rounds follow an affine map, so that stretched skin is followed. */
const LATER: readonly Reach[] = [
  { distance: 20, turn: 30 },
  { distance: 16, turn: 28 },
];
/** Pairs farther apart than this under the first alignment are never looked at again. */
const NEAR = { reach: 32, turn: 38 } as const;
/** How fast the trust in a pair falls with its cost; a wrong pair must not drag the map along. */
const DOUBT = 2;
/** The affine map is drawn to the rotation as if it had been seen at so many more points, 50 pixels out. */
const RIDGE = 4;
const MOST_CANDIDATES = 2048;
/** What a pair is worth falls off with squared pixels and squared 256ths of a turn, by these scales. */
const CLOSE = { distance: 72, turn: 392 } as const;
const PER_CELL = 1 / NEIGHBOURHOOD.cell;
const RADIANS = Math.PI / 128;
/** Closeness by distance over reach and by difference of direction, so that the inner loops need no exponential. */
const TURN_CLOSENESS = Float64Array.from({ length: 129 }, (_, apart) =>
  Math.exp(-(apart * apart) / CLOSE.turn),
);
const DISTANCE_CLOSENESS = Float64Array.from({ length: 1025 }, (_, d) => Math.exp(-d / CLOSE.distance));

/** Scratch arrays of the full matcher; one for each thread. */
export class Pairing {
  readonly features: PairingFeatures = {
    pairs: 0,
    close: 0,
    edges: 0,
    probeInside: 0,
    galleryInside: 0,
    edgesInside: 0,
  };
  private readonly near = new Int32Array(MOST_CANDIDATES);
  private nearCount = 0;
  private readonly candidate = new Int32Array(MOST_CANDIDATES);
  private readonly cost = new Float64Array(MOST_CANDIDATES);
  private readonly probeMate = new Int16Array(MOST_MINUTIAE);
  /** How sure the pair of a minutia is, 0 to 1. */
  private readonly probeWeight = new Float64Array(MOST_MINUTIAE);
  private readonly galleryMate = new Int16Array(MOST_MINUTIAE);
  /** x' = m0 + m1 x + m2 y, y' = m3 + m4 x + m5 y; the turn of directions goes with it. */
  private readonly map = new Float64Array(6);
  private turn = 0;

  /** Pairs minutiae about a placement; the outcome is in {@link features}. */
  pair(placement: Placement, probe: PreparedTemplate, gallery: PreparedTemplate): void {
    const { rotation, shiftX, shiftY } = placement;
    const cosine = COSINE[rotation]!;
    const sine = SINE[rotation]!;
    this.setMap(shiftX, cosine, -sine, shiftY, sine, cosine);
    this.turn = rotation;
    this.listNear(probe, gallery);
    this.mate(probe, gallery, FIRST);
    if (this.refine(probe, gallery, false)) {
      // the map has moved
      this.listNear(probe, gallery);
      for (const reach of LATER) {
        this.mate(probe, gallery, reach);
        if (!this.refine(probe, gallery, true)) break;
      }
    }
    this.measure(probe, gallery);
  }

  private setMap(m0: number, m1: number, m2: number, m3: number, m4: number, m5: number): void {
    const { map } = this;
    map[0] = m0;
    map[1] = m1;
    map[2] = m2;
    map[3] = m3;
    map[4] = m4;
    map[5] = m5;
  }

  /** Lists the pairs that the present map brings near one another; later rounds look at no others. */
  private listNear(probe: PreparedTemplate, gallery: PreparedTemplate): void {
    const { map, near } = this;
    const m0 = map[0]!;
    const m1 = map[1]!;
    const m2 = map[2]!;
    const m3 = map[3]!;
    const m4 = map[4]!;
    const m5 = map[5]!;
    const turn = Math.round(this.turn);
    const { side } = NEIGHBOURHOOD;
    const { x: gx, y: gy, direction: galleryDirection, cellStart } = gallery;
    const { x: px, y: py, direction: probeDirection, count: probeCount } = probe;
    let count = 0;
    for (let i = 0; i < probeCount; i++) {
      const x = px[i]!;
      const y = py[i]!;
      const tx = m0 + m1 * x + m2 * y;
      const ty = m3 + m4 * x + m5 * y;
      const direction = probeDirection[i]! + turn;
      const column = (tx * PER_CELL + side / 2) | 0;
      const row = (ty * PER_CELL + side / 2) | 0;
      if (column < 1 || row < 1 || column > side - 2 || row > side - 2) continue;
      for (let r = row - 1; r <= row + 1; r++) {
        const end = cellStart[r * side + column + 2]!;
        for (let a = cellStart[r * side + column - 1]!; a < end; a++) {
          const dx = gx[a]! - tx;
          const dy = gy[a]! - ty;
          if (dx * dx + dy * dy > NEAR.reach * NEAR.reach) continue;
          const off = (galleryDirection[a]! - direction + NEAR.turn) & 255;
          if (off > 2 * NEAR.turn || count === MOST_CANDIDATES) continue;
          near[count++] = i * MOST_MINUTIAE + a;
        }
      }
    }
    this.nearCount = count;
  }

  /** Greedy pairing under the present map: nearest in place and direction first, each minutia once. */
  private mate(probe: PreparedTemplate, gallery: PreparedTemplate, reach: Reach): void {
    const { map, near, candidate, cost, probeMate, probeWeight, galleryMate } = this;
    const m0 = map[0]!;
    const m1 = map[1]!;
    const m2 = map[2]!;
    const m3 = map[3]!;
    const m4 = map[4]!;
    const m5 = map[5]!;
    let count = 0;
    const turn = Math.round(this.turn);
    const turnReach = reach.turn;
    const squared = reach.distance * reach.distance;
    const perTurn = 1 / (turnReach * turnReach);
    for (let c = 0; c < this.nearCount; c++) {
      const pair = near[c]!;
      const i = (pair / MOST_MINUTIAE) | 0;
      const a = pair - i * MOST_MINUTIAE;
      const x = probe.x[i]!;
      const y = probe.y[i]!;
      const dx = gallery.x[a]! - (m0 + m1 * x + m2 * y);
      const dy = gallery.y[a]! - (m3 + m4 * x + m5 * y);
      const d = dx * dx + dy * dy;
      if (d > squared) continue;
      const apart = ((gallery.direction[a]! - probe.direction[i]! - turn + 128) & 255) - 128;
      if (apart > turnReach || apart < -turnReach) continue;
      candidate[count] = pair;
      cost[count++] = d / squared + apart * apart * perTurn;
    }
    sortByCost(candidate, cost, count);
    probeMate.fill(-1, 0, probe.count);
    galleryMate.fill(-1, 0, gallery.count);
    for (let c = 0; c < count; c++) {
      const i = (candidate[c]! / MOST_MINUTIAE) | 0;
      const a = candidate[c]! - i * MOST_MINUTIAE;
      if (probeMate[i] !== -1 || galleryMate[a] !== -1) continue;
      probeMate[i] = a;
      galleryMate[a] = i;
      const kept = 1 / (1 + DOUBT * cost[c]!);
      probeWeight[i] = kept * kept;
    }
  }
  /** The map that lays the pairs on one another best; false with fewer than three pairs. */
  private refine(probe: PreparedTemplate, gallery: PreparedTemplate, affine: boolean): boolean {
    const { probeMate, probeWeight } = this;
    let n = 0;
    let total = 0;
    let sx = 0;
    let sy = 0;
    let su = 0;
    let sv = 0;
    for (let i = 0; i < probe.count; i++) {
      const a = probeMate[i]!;
      if (a < 0) continue;
      const w = probeWeight[i]!;
      n++;
      total += w;
      sx += w * probe.x[i]!;
      sy += w * probe.y[i]!;
      su += w * gallery.x[a]!;
      sv += w * gallery.y[a]!;
    }
    if (n < 3) return false;
    const cx = sx / total;
    const cy = sy / total;
    const cu = su / total;
    const cv = sv / total;
    let xx = 0;
    let xy = 0;
    let yy = 0;
    let xu = 0;
    let yu = 0;
    let xv = 0;
    let yv = 0;
    let turnCos = 0;
    let turnSin = 0;
    for (let i = 0; i < probe.count; i++) {
      const a = probeMate[i]!;
      if (a < 0) continue;
      const w = probeWeight[i]!;
      const x = probe.x[i]! - cx;
      const y = probe.y[i]! - cy;
      const u = gallery.x[a]! - cu;
      const v = gallery.y[a]! - cv;
      xx += w * x * x;
      xy += w * x * y;
      yy += w * y * y;
      xu += w * x * u;
      yu += w * y * u;
      xv += w * x * v;
      yv += w * y * v;
      const apart = (gallery.direction[a]! - probe.direction[i]!) & 255;
      turnCos += w * COSINE[apart]!;
      turnSin += w * SINE[apart]!;
    }
    // positions and directions both tell the rotation; a direction weighs as a position 30 pixels from the middle
    const angle = Math.atan2(xv - yu + 900 * turnSin, xu + yv + 900 * turnCos);
    let p = Math.cos(angle);
    let r = Math.sin(angle);
    let q = -r;
    let s = p;
    if (affine && n >= 6) {
      const ridge = RIDGE * 2500;
      const a11 = xx + ridge;
      const a12 = xy;
      const a22 = yy + ridge;
      const determinant = a11 * a22 - a12 * a12;
      const b1 = xu + ridge * p;
      const b2 = yu + ridge * q;
      const c1 = xv + ridge * r;
      const c2 = yv + ridge * s;
      p = (a22 * b1 - a12 * b2) / determinant;
      q = (a11 * b2 - a12 * b1) / determinant;
      r = (a22 * c1 - a12 * c2) / determinant;
      s = (a11 * c2 - a12 * c1) / determinant;
    }
    this.setMap(cu - p * cx - q * cy, p, q, cv - r * cx - s * cy, r, s);
    this.turn = (angle / RADIANS + 256) % 256;
    return true;
  }

  /** Counts what the pairing came to. */
  private measure(probe: PreparedTemplate, gallery: PreparedTemplate): void {
    const { features, probeMate, galleryMate, map } = this;
    const m0 = map[0]!;
    const m1 = map[1]!;
    const m2 = map[2]!;
    const m3 = map[3]!;
    const m4 = map[4]!;
    const m5 = map[5]!;
    const turn = Math.round(this.turn);
    let pairs = 0;
    let close = 0;
    let probeInside = 0;
    for (let i = 0; i < probe.count; i++) {
      const tx = m0 + m1 * probe.x[i]! + m2 * probe.y[i]!;
      const ty = m3 + m4 * probe.x[i]! + m5 * probe.y[i]!;
      const a = probeMate[i]!;
      if (a < 0) {
        probeInside += isCovered(gallery, tx, ty);
        continue;
      }
      pairs++;
      const dx = gallery.x[a]! - tx;
      const dy = gallery.y[a]! - ty;
      const apart = Math.abs(((gallery.direction[a]! - probe.direction[i]! - turn + 128) & 255) - 128);
      close += DISTANCE_CLOSENESS[Math.min(1024, (dx * dx + dy * dy) | 0)]! * TURN_CLOSENESS[apart]!;
    }
    const determinant = m1 * m5 - m2 * m4;
    const w1 = m5 / determinant;
    const w2 = -m2 / determinant;
    const w4 = -m4 / determinant;
    const w5 = m1 / determinant;
    let galleryInside = 0;
    for (let a = 0; a < gallery.count; a++) {
      if (galleryMate[a]! >= 0) continue;
      const u = gallery.x[a]! - m0;
      const v = gallery.y[a]! - m3;
      galleryInside += isCovered(probe, w1 * u + w2 * v, w4 * u + w5 * v);
    }
    features.pairs = pairs;
    features.close = close;
    features.probeInside = probeInside + pairs;
    features.galleryInside = galleryInside + pairs;
    this.measureEdges(probe, gallery);
  }

  /** Lines between near minutiae of the probe that are the same, by length and both directions, between their mates. */
  private measureEdges({ edges }: PreparedTemplate, gallery: PreparedTemplate): void {
    const { probeMate, features } = this;
    const { from, to, length, line, atFrom, atTo, count } = edges;
    let inside = 0;
    let agreed = 0;
    for (let e = 0; e < count; e++) {
      const a = probeMate[from[e]!]!;
      if (a < 0) continue;
      const b = probeMate[to[e]!]!;
      if (b < 0) continue;
      inside++;
      const dx = gallery.x[b]! - gallery.x[a]!;
      const dy = gallery.y[b]! - gallery.y[a]!;
      // where the line of the probe would end if only it were turned, by how the directions at its ends turned
      const turnFrom = (gallery.direction[a]! - atFrom[e]! - line[e]!) & 255;
      const turnTo = (gallery.direction[b]! - atTo[e]! - line[e]!) & 255;
      const apart = ((turnTo - turnFrom + 128) & 255) - 128;
      const angle = (line[e]! + turnFrom + (apart >> 1)) & 255;
      const alongX = length[e]! * COSINE[angle]!;
      const alongY = length[e]! * SINE[angle]!;
      const allowed = 30 + 0.02 * length[e]! * length[e]!;
      const off =
        ((dx - alongX) * (dx - alongX) + (dy - alongY) * (dy - alongY)) / allowed + (apart * apart) / 300;
      agreed += 1 / (1 + off * off);
    }
    features.edges = agreed;
    features.edgesInside = inside;
  }
}

/** 1 where the finger of a template was seen, else 0. */
function isCovered({ coverage }: PreparedTemplate, x: number, y: number): number {
  const column = (x / COVERAGE.cell + COVERAGE.side / 2) | 0;
  const row = (y / COVERAGE.cell + COVERAGE.side / 2) | 0;
  if (column < 0 || row < 0 || column >= COVERAGE.side || row >= COVERAGE.side) return 0;
  return coverage[row * COVERAGE.side + column]!;
}
