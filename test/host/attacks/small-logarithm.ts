/** Discrete logarithms in the small subgroups of BLS12-381's curve: baby steps and giant steps (Shanks). */

import { normalizeZ } from '@noble/curves/abstract/curve.js';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import type { Point } from '../crypto/torsion.js';

const { Point: Points } = bls12_381.G1;

/** Multiples of one base of prime order, made once for many logarithms. */
export class SmallLogarithm {
  private readonly babySteps = new Map<bigint, number>();
  private readonly giantStep: Point;

  /** @param steps baby steps; a logarithm then takes up to order/steps additions. */
  constructor(
    base: Point,
    private readonly order: number,
    private readonly steps: number,
  ) {
    let at = base;
    const points: Point[] = [];
    for (let i = 1; i <= Math.min(steps, order - 1); i++, at = at.add(base)) points.push(at);
    for (const [i, point] of normalizeZ(Points, points).entries())
      this.babySteps.set(point.x + tie(point), i + 1);
    this.giantStep = base.multiplyUnsafe(BigInt(Math.min(steps, order - 1))).negate();
  }

  /** x with point = x·base. @throws {Error} for a point that is no multiple. */
  of(point: Point): bigint {
    const stride = Math.min(this.steps, this.order - 1);
    let giant = 0;
    for (let at = point; giant <= this.order; ) {
      const run: Point[] = [];
      for (let i = 0; i < 256; i++, at = at.add(this.giantStep)) run.push(at);
      for (const [i, candidate] of run.entries()) {
        if (candidate.is0()) return BigInt((giant + i * stride) % this.order);
      }
      for (const [i, candidate] of normalizeZ(Points, run).entries()) {
        const baby = this.babySteps.get(candidate.x + tie(candidate));
        if (baby !== undefined) return BigInt((giant + i * stride + baby) % this.order);
      }
      giant += run.length * stride;
    }
    throw new Error('the point is no multiple of the base');
  }
}

/** x alone stands for P and −P; a fraction that no x has would do, a bit above every x does. */
function tie({ y }: Point): bigint {
  return (y & 1n) << 384n;
}
