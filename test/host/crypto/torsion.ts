/** Points of BLS12-381's curve outside the subgroup, and the compression that noble refuses for them. */

import { bls12_381 } from '@noble/curves/bls12-381.js';
import { fromHex } from '../../../apdu/index.js';
import { nobleEngine } from '../../../applet/index.js';

export type Point = InstanceType<typeof bls12_381.G1.Point>;
const { Point } = bls12_381.G1;
const { Fp } = bls12_381.fields;
const ORDER = bls12_381.fields.Fr.ORDER;

/** Prime factors of the cofactor of G1: 3 · 11² · 10177² · 859267² · 52437899². */
export const COFACTOR_PRIMES = [3n, 11n, 10177n, 859267n, 52437899n] as const;

/** (0, 2), of order 3. */
export const TORSION_3: Point = Point.fromAffine({ x: 0n, y: 2n });

/** r·P for the curve point P with the smallest x from `start` on: torsion of general order. */
export function generalTorsion(start: bigint): Point {
  for (let x = start; ; x++) {
    const square = Fp.add(Fp.mul(Fp.sqr(x), x), 4n);
    const y = Fp.pow(square, (Fp.ORDER + 1n) / 4n);
    if (!Fp.eql(Fp.sqr(y), square)) continue;
    const p = Point.fromAffine({ x, y });
    const torsion = p.multiplyUnsafe(ORDER - 1n).add(p);
    if (!torsion.is0()) return torsion;
  }
}

/** A point of exactly the prime order `prime`, a factor of the cofactor. */
export function torsionOfOrder(prime: bigint): Point {
  for (let start = 1n; ; start += 20n) {
    let point = generalTorsion(start);
    for (const factor of COFACTOR_PRIMES) {
      // the square of every other prime goes; of this one only what is above its first power
      for (let i = 0; i < 2 && factor !== prime; i++) point = multiple(point, factor);
    }
    if (point.is0()) continue;
    const next = multiple(point, prime);
    return next.is0() ? point : next;
  }
}

function multiple(point: Point, factor: bigint): Point {
  return point.is0() ? point : point.multiplyUnsafe(factor);
}

/** Compressed form of any finite point. */
export function compress(point: Point): Uint8Array {
  const { x, y } = point.toAffine();
  const hex = (value: bigint) => value.toString(16).padStart(96, '0');
  return nobleEngine.g1Compress('bls12381', fromHex(hex(x) + hex(y)))!;
}

/** The point of a compressed form. */
export function decompress(bytes: Uint8Array): Point {
  const affine = nobleEngine.g1Decompress('bls12381', bytes)!;
  const read = (part: Uint8Array) => BigInt(`0x${Buffer.from(part).toString('hex')}`);
  return Point.fromAffine({ x: read(affine.subarray(0, 48)), y: read(affine.subarray(48)) });
}
