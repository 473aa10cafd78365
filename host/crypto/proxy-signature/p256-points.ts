/** Points and scalars of P-256 as the host reads them: strict, never at infinity. */

import { p256 } from '@noble/curves/nist.js';

export type Point = InstanceType<typeof p256.Point>;

/** Order of the group. */
const ORDER = p256.Point.Fn.ORDER;
const { BASE } = p256.Point;

const POINT_BYTES = 33;
const SCALAR_BYTES = 32;

/** A point from its compressed form, or `undefined` for anything else; the point at infinity has no such form. */
export function readPoint(bytes: Uint8Array): Point | undefined {
  if (bytes.length !== POINT_BYTES) return undefined;
  try {
    return p256.Point.fromBytes(bytes);
  } catch {
    return undefined;
  }
}

/** A scalar in [0, order) from 32 bytes, or `undefined`. */
export function readScalar(bytes: Uint8Array): bigint | undefined {
  if (bytes.length !== SCALAR_BYTES) return undefined;
  const value = toNumber(bytes);
  return value < ORDER ? value : undefined;
}

/** Big-endian bytes as a number. */
export function toNumber(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

/** u·G − v·P, without secrets, for scalars in [0, order). */
export function combination(u: bigint, v: bigint, point: Point): Point {
  return BASE.multiplyUnsafe(u).add(point.negate().multiplyUnsafe(v));
}
