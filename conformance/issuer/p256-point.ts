/** Points of P-256 in affine coordinates, for keys and signatures of tests: not constant in time. */

import { concatBytes } from '../../apdu/index.js';
import { fromBytes, toBytes, uncompress } from './p256.js';

/** An affine point, or `undefined` for the point at infinity. */
export type Point = { readonly x: bigint; readonly y: bigint } | undefined;

/** Prime, order and base point of P-256 (SP 800-186, 3.2.1.3); a = −3. */
const P = BigInt('0xffffffff00000001000000000000000000000000ffffffffffffffffffffffff');
export const ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');
export const BASE: Point = {
  x: BigInt('0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296'),
  y: BigInt('0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5'),
};

/** @throws {Error} when the bytes are no point of the curve. */
export function readPoint(bytes: Uint8Array): Point {
  const whole = uncompress(bytes);
  return { x: fromBytes(whole.subarray(1, 33)), y: fromBytes(whole.subarray(33)) };
}

/** The compressed form, 33 bytes; zeros for the point at infinity, which has none. */
export function writePoint(point: Point): Uint8Array {
  if (!point) return new Uint8Array(33);
  return concatBytes(Uint8Array.of(point.y & 1n ? 0x03 : 0x02), toBytes(point.x));
}

export function add(a: Point, b: Point): Point {
  if (!a || !b) return a ?? b;
  if (a.x === b.x && a.y !== b.y) return undefined;
  const slope =
    a.x === b.x ? mod((3n * a.x * a.x - 3n) * invert(2n * a.y)) : mod((b.y - a.y) * invert(b.x - a.x));
  const x = mod(slope * slope - a.x - b.x);
  return { x, y: mod(slope * (a.x - x) - a.y) };
}

export function multiply(point: Point, scalar: bigint): Point {
  let result: Point;
  let power = point;
  for (let rest = scalar; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = add(result, power);
    power = add(power, power);
  }
  return result;
}

function mod(value: bigint): bigint {
  return ((value % P) + P) % P;
}

function invert(value: bigint): bigint {
  let [a, b, x, y] = [mod(value), P, 1n, 0n];
  while (b !== 0n) [a, b, x, y] = [b, a % b, y, x - (a / b) * y];
  return mod(x);
}
