/** Second look: which minutia is which, given about where one template lies on the other. */

import type { EdgeIndex } from './edge-index.js';
import { COVERAGE, MOST_MINUTIAE, type PreparedTemplate } from './prepared-template.js';
import type { PairingFeatures } from './score.js';
import { sortByCost } from './sort-by-cost.js';
import { COSINE, type Heap, SINE, type VoteBox } from './vote.js';

/** Votes count for a pair of minutiae when their rotation and shift are this near those of the heap. */
const ROTATION_REACH = 26;
const SHIFT_REACH = 56;
/** Best local pairs that are held against one another. */
const SEEDS = 20;
const RELAXATION_ROUNDS = 4;
const RELAXATION_SHARE = 0.6;
/** Pairs of minutiae that may be one after alignment; every round of tighter reach refines the alignment. */
const ROUNDS = [
  { reach: 26, turn: 34, affine: false },
  { reach: 20, turn: 30, affine: true },
  { reach: 16, turn: 28, affine: true },
] as const;
/** Pairs farther apart than this under the first alignment are never looked at again. */
const NEAR = { reach: 40, turn: 38 } as const;
const MOST_CANDIDATES = 2048;
/** What a pair is worth falls off with squared pixels and squared 256ths of a turn, by these scales. */
const CLOSE = { distance: 72, turn: 392 } as const;
/** Votes from the surroundings of a pair that leave no doubt. */
const FULL_SUPPORT = 4096;
const RADIANS = Math.PI / 128;

/** Scratch arrays of the full matcher; one for each thread. */
export class Pairing {
  readonly features: PairingFeatures = {
    pairs: 0,
    close: 0,
    supported: 0,
    local: 0,
    probeInside: 0,
    galleryInside: 0,
  };
  private readonly support = new Int32Array(MOST_MINUTIAE * MOST_MINUTIAE);
  private readonly touched = new Int32Array(MOST_MINUTIAE * MOST_MINUTIAE);
  private touchedCount = 0;
  private readonly seed = new Int32Array(SEEDS);
  private readonly worth = new Float64Array(SEEDS);
  private readonly nextWorth = new Float64Array(SEEDS);
  private readonly agreement = new Float64Array(SEEDS * SEEDS);
  private readonly near = new Int32Array(MOST_CANDIDATES);
  private nearCount = 0;
  private readonly candidate = new Int32Array(MOST_CANDIDATES);
  private readonly cost = new Float64Array(MOST_CANDIDATES);
  private readonly probeMate = new Int16Array(MOST_MINUTIAE);
  private readonly galleryMate = new Int16Array(MOST_MINUTIAE);
  /** x' = m0 + m1 x + m2 y, y' = m3 + m4 x + m5 y; the turn of directions goes with it. */
  private readonly map = new Float64Array(6);
  private turn = 0;

  /** Pairs minutiae from the votes of the box; the outcome is in {@link features}. */
  pair(votes: VoteBox, heap: Heap, probe: EdgeIndex, gallery: PreparedTemplate): void {
    this.gatherSupport(votes, heap, probe, gallery);
    const seeds = this.relax(probe.template, gallery);
    this.alignSeeds(seeds, heap, probe.template, gallery);
    this.listNear(probe.template, gallery);
    for (const round of ROUNDS) {
      this.mate(probe.template, gallery, round.reach, round.turn);
      if (!this.refine(probe.template, gallery, round.affine)) break;
    }
    this.measure(probe.template, gallery);
    this.clearSupport();
  }

  private gatherSupport(votes: VoteBox, heap: Heap, probe: EdgeIndex, gallery: PreparedTemplate): void {
    const { x: px, y: py } = probe.template;
    const { x: gx, y: gy, edges } = gallery;
    const { rotation, shiftX, shiftY } = heap;
    const cosine = Math.cos(rotation * RADIANS);
    const sine = Math.sin(rotation * RADIANS);
    const { support, touched } = this;
    let count = 0;
    for (let v = 0; v < votes.count; v++) {
      const off = (votes.rotation[v]! - rotation + ROTATION_REACH) & 255;
      if (off > 2 * ROTATION_REACH) continue;
      const e = votes.probeEdge[v]!;
      const g = votes.galleryEdge[v]!;
      const i = probe.from[e]!;
      const a = edges.from[g]!;
      const dx = gx[a]! - (px[i]! * cosine - py[i]! * sine) - shiftX;
      const dy = gy[a]! - (px[i]! * sine + py[i]! * cosine) - shiftY;
      if (dx * dx + dy * dy > SHIFT_REACH * SHIFT_REACH) continue;
      const weight = votes.weight[v]!;
      const first = i * MOST_MINUTIAE + a;
      if (support[first] === 0) touched[count++] = first;
      support[first]! += weight;
      const second = probe.to[e]! * MOST_MINUTIAE + edges.to[g]!;
      if (support[second] === 0) touched[count++] = second;
      support[second]! += weight;
    }
    this.touchedCount = count;
  }

  private clearSupport(): void {
    for (let t = 0; t < this.touchedCount; t++) this.support[this.touched[t]!] = 0;
  }

  /** The best pairs by support, held against one another; returns how many. */
  private relax(probe: PreparedTemplate, gallery: PreparedTemplate): number {
    const { support, touched, seed, worth, nextWorth, agreement } = this;
    let count = 0;
    for (let t = 0; t < this.touchedCount; t++) {
      const pair = touched[t]!;
      const weight = support[pair]!;
      if (count === SEEDS && weight <= support[seed[SEEDS - 1]!]!) continue;
      let at = count < SEEDS ? count++ : SEEDS - 1;
      while (at > 0 && support[seed[at - 1]!]! < weight) {
        seed[at] = seed[at - 1]!;
        at--;
      }
      seed[at] = pair;
    }
    if (count === 0) return 0;
    const most = support[seed[0]!]!;
    for (let s = 0; s < count; s++) worth[s] = support[seed[s]!]! / most;
    for (let s = 0; s < count; s++) {
      for (let t = 0; t < s; t++) {
        const value = agree(seed[s]!, seed[t]!, probe, gallery);
        agreement[s * SEEDS + t] = value;
        agreement[t * SEEDS + s] = value;
      }
      agreement[s * SEEDS + s] = 0;
    }
    for (let round = 0; round < RELAXATION_ROUNDS; round++) {
      let largest = 1e-9;
      for (let s = 0; s < count; s++) {
        let sum = 0;
        for (let t = 0; t < count; t++) sum += agreement[s * SEEDS + t]! * worth[t]!;
        nextWorth[s] = sum;
        if (sum > largest) largest = sum;
      }
      for (let s = 0; s < count; s++) {
        worth[s] = (1 - RELAXATION_SHARE) * worth[s]! + (RELAXATION_SHARE * nextWorth[s]!) / largest;
      }
    }
    return count;
  }

  /** Rigid alignment over the seeds that agree; the heap's placement when too few do. */
  private alignSeeds(seeds: number, heap: Heap, probe: PreparedTemplate, gallery: PreparedTemplate): void {
    const { seed, worth, probeMate, galleryMate } = this;
    probeMate.fill(-1, 0, probe.count);
    galleryMate.fill(-1, 0, gallery.count);
    let top = 0;
    for (let s = 0; s < seeds; s++) if (worth[s]! > top) top = worth[s]!;
    let mated = 0;
    // from the best down, each minutia once
    for (let n = 0; n < seeds; n++) {
      let best = -1;
      for (let s = 0; s < seeds; s++) {
        if (worth[s]! < 0.35 * top) continue;
        const i = (seed[s]! / MOST_MINUTIAE) | 0;
        if (probeMate[i] !== -1 || galleryMate[seed[s]! % MOST_MINUTIAE] !== -1) continue;
        if (best === -1 || worth[s]! > worth[best]!) best = s;
      }
      if (best === -1) break;
      const i = (seed[best]! / MOST_MINUTIAE) | 0;
      const a = seed[best]! % MOST_MINUTIAE;
      probeMate[i] = a;
      galleryMate[a] = i;
      mated++;
    }
    if (mated >= 3 && this.refine(probe, gallery, false)) return;
    const { rotation, shiftX, shiftY } = heap;
    const cosine = Math.cos(rotation * RADIANS);
    const sine = Math.sin(rotation * RADIANS);
    this.setMap(shiftX, cosine, -sine, shiftY, sine, cosine);
    this.turn = rotation;
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
    const { x: gx, y: gy, direction: galleryDirection, count: galleryCount } = gallery;
    let count = 0;
    for (let i = 0; i < probe.count; i++) {
      const x = probe.x[i]!;
      const y = probe.y[i]!;
      const tx = m0 + m1 * x + m2 * y;
      const ty = m3 + m4 * x + m5 * y;
      const direction = probe.direction[i]! + turn;
      for (let a = 0; a < galleryCount; a++) {
        const dx = gx[a]! - tx;
        const dy = gy[a]! - ty;
        if (dx * dx + dy * dy > NEAR.reach * NEAR.reach) continue;
        const off = (galleryDirection[a]! - direction + NEAR.turn) & 255;
        if (off > 2 * NEAR.turn || count === MOST_CANDIDATES) continue;
        near[count++] = i * MOST_MINUTIAE + a;
      }
    }
    this.nearCount = count;
  }

  /** Greedy pairing under the present map: nearest in place and direction first, each minutia once. */
  private mate(probe: PreparedTemplate, gallery: PreparedTemplate, reach: number, turnReach: number): void {
    const { map, near, candidate, cost, probeMate, galleryMate, support } = this;
    let count = 0;
    const turn = Math.round(this.turn);
    const squared = reach * reach;
    for (let c = 0; c < this.nearCount; c++) {
      const pair = near[c]!;
      const i = (pair / MOST_MINUTIAE) | 0;
      const a = pair % MOST_MINUTIAE;
      const x = probe.x[i]!;
      const y = probe.y[i]!;
      const dx = gallery.x[a]! - (map[0]! + map[1]! * x + map[2]! * y);
      const dy = gallery.y[a]! - (map[3]! + map[4]! * x + map[5]! * y);
      const d = dx * dx + dy * dy;
      if (d > squared) continue;
      let apart = (gallery.direction[a]! - probe.direction[i]! - turn) & 255;
      if (apart > 128) apart = 256 - apart;
      if (apart > turnReach) continue;
      const known = support[pair]!;
      candidate[count] = pair;
      cost[count++] =
        d / squared +
        (apart * apart) / (turnReach * turnReach) -
        (known > FULL_SUPPORT / 2 ? 1 : (2 * known) / FULL_SUPPORT);
    }
    sortByCost(candidate, cost, count);
    probeMate.fill(-1, 0, probe.count);
    galleryMate.fill(-1, 0, gallery.count);
    for (let c = 0; c < count; c++) {
      const i = (candidate[c]! / MOST_MINUTIAE) | 0;
      const a = candidate[c]! % MOST_MINUTIAE;
      if (probeMate[i] !== -1 || galleryMate[a] !== -1) continue;
      probeMate[i] = a;
      galleryMate[a] = i;
    }
  }

  /** The map that lays the pairs on one another best; false with fewer than three pairs. */
  private refine(probe: PreparedTemplate, gallery: PreparedTemplate, affine: boolean): boolean {
    const { probeMate } = this;
    let n = 0;
    let [sx, sy, su, sv] = [0, 0, 0, 0];
    for (let i = 0; i < probe.count; i++) {
      const a = probeMate[i]!;
      if (a < 0) continue;
      n++;
      sx += probe.x[i]!;
      sy += probe.y[i]!;
      su += gallery.x[a]!;
      sv += gallery.y[a]!;
    }
    if (n < 3) return false;
    const [cx, cy, cu, cv] = [sx / n, sy / n, su / n, sv / n];
    let [xx, xy, yy, xu, yu, xv, yv] = [0, 0, 0, 0, 0, 0, 0];
    let [turnCos, turnSin] = [0, 0];
    for (let i = 0; i < probe.count; i++) {
      const a = probeMate[i]!;
      if (a < 0) continue;
      const x = probe.x[i]! - cx;
      const y = probe.y[i]! - cy;
      const u = gallery.x[a]! - cu;
      const v = gallery.y[a]! - cv;
      xx += x * x;
      xy += x * y;
      yy += y * y;
      xu += x * u;
      yu += y * u;
      xv += x * v;
      yv += y * v;
      const apart = (gallery.direction[a]! - probe.direction[i]!) * RADIANS;
      turnCos += Math.cos(apart);
      turnSin += Math.sin(apart);
    }
    // positions and directions both tell the rotation; a direction weighs as a position 30 pixels from the middle
    const angle = Math.atan2(xv - yu + 900 * turnSin, xu + yv + 900 * turnCos);
    const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
    let [p, q, r, s] = [cosine, -sine, sine, cosine];
    if (affine && n >= 6) {
      // least squares, drawn to the rotation as if it had been seen at some more points
      const ridge = 8 * 2500;
      const [a11, a12, a22] = [xx + ridge, xy, yy + ridge];
      const determinant = a11 * a22 - a12 * a12;
      const [b1, b2] = [xu + ridge * p, yu + ridge * q];
      const [c1, c2] = [xv + ridge * r, yv + ridge * s];
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
    const { features, probeMate, galleryMate, support, map } = this;
    const m0 = map[0]!;
    const m1 = map[1]!;
    const m2 = map[2]!;
    const m3 = map[3]!;
    const m4 = map[4]!;
    const m5 = map[5]!;
    const turn = Math.round(this.turn);
    let pairs = 0;
    let close = 0;
    let supported = 0;
    let local = 0;
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
      const apart = ((gallery.direction[a]! - probe.direction[i]! - turn + 128) & 255) - 128;
      const closeness = Math.exp(-(dx * dx + dy * dy) / CLOSE.distance - (apart * apart) / CLOSE.turn);
      const known = support[i * MOST_MINUTIAE + a]!;
      close += closeness;
      if (known > 0) supported += closeness;
      local += known > FULL_SUPPORT ? 1 : known / FULL_SUPPORT;
    }
    const determinant = m1 * m5 - m2 * m4;
    let galleryInside = 0;
    for (let a = 0; a < gallery.count; a++) {
      if (galleryMate[a]! >= 0) continue;
      const u = gallery.x[a]! - m0;
      const v = gallery.y[a]! - m3;
      galleryInside += isCovered(probe, (m5 * u - m2 * v) / determinant, (m1 * v - m4 * u) / determinant);
    }
    features.pairs = pairs;
    features.close = close;
    features.supported = supported;
    features.local = local;
    features.probeInside = probeInside + pairs;
    features.galleryInside = galleryInside + pairs;
  }
}

/** 1 where the finger of a template was seen, else 0. */
function isCovered({ coverage }: PreparedTemplate, x: number, y: number): number {
  const column = (x / COVERAGE.cell + COVERAGE.side / 2) | 0;
  const row = (y / COVERAGE.cell + COVERAGE.side / 2) | 0;
  if (column < 0 || row < 0 || column >= COVERAGE.side || row >= COVERAGE.side) return 0;
  return coverage[row * COVERAGE.side + column]!;
}

/** How well two pairs of minutiae go together: 1 when one rotation and shift takes both where they belong. */
function agree(s: number, t: number, probe: PreparedTemplate, gallery: PreparedTemplate): number {
  const i = (s / MOST_MINUTIAE) | 0;
  const j = (t / MOST_MINUTIAE) | 0;
  const a = s % MOST_MINUTIAE;
  const b = t % MOST_MINUTIAE;
  if (i === j || a === b) return 0;
  const turn = (gallery.direction[a]! - probe.direction[i]!) & 255;
  const apart = ((gallery.direction[b]! - probe.direction[j]! - turn + 128) & 255) - 128;
  if (apart > 40 || apart < -40) return 0;
  // the line between them, turned as their directions turn on average, and what is left over
  const mean = (turn + (apart >> 1)) & 255;
  const px = probe.x[j]! - probe.x[i]!;
  const py = probe.y[j]! - probe.y[i]!;
  const dx = gallery.x[b]! - gallery.x[a]! - (px * COSINE[mean]! - py * SINE[mean]!);
  const dy = gallery.y[b]! - gallery.y[a]! - (px * SINE[mean]! + py * COSINE[mean]!);
  const allowed = 64 + 0.04 * (px * px + py * py);
  const off = (dx * dx + dy * dy) / allowed + (apart * apart) / 400;
  return off > 8 ? 0 : 1 / ((1 + off / 2) * (1 + off / 2));
}
