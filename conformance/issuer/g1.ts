/**
 * The group G1 of both pairing-friendly curves on big integers: small, slow and independent of the
 * libraries that card and host use. Points are affine; infinity is `undefined`.
 */

import { type CurveName, PAIRING_CURVES } from '../../apdu/index.js';
import { fromBytes, toBytes } from './p256.js';

/** An affine point. */
export type Point = { readonly x: bigint; readonly y: bigint };

/** The point (x / z², y / z³). */
type Jacobian = { readonly x: bigint; readonly y: bigint; readonly z: bigint };

const FIELD_MODULUS: Readonly<Record<CurveName, bigint>> = {
  bls12381: BigInt(
    '0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab',
  ),
  bn254: BigInt('0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47'),
};
/** The curve y² = x³ + b. */
const B: Readonly<Record<CurveName, bigint>> = { bls12381: 4n, bn254: 3n };

export class G1 {
  readonly order: bigint;
  readonly generator: Point;
  private readonly p: bigint;

  constructor(readonly curve: CurveName) {
    const { order, g1Generator } = PAIRING_CURVES[curve];
    this.p = FIELD_MODULUS[curve];
    this.order = fromBytes(order);
    this.generator = this.decode(g1Generator)!;
  }

  add(a: Point | undefined, b: Point | undefined): Point | undefined {
    if (!a || !b) return a ?? b;
    if (a.x === b.x && this.mod(a.y + b.y) === 0n) return undefined;
    const slope =
      a.x === b.x
        ? this.mod(3n * a.x * a.x * inverse(2n * a.y, this.p))
        : this.mod((b.y - a.y) * inverse(this.mod(b.x - a.x), this.p));
    const x = this.mod(slope * slope - a.x - b.x);
    return { x, y: this.mod(slope * (a.x - x) - a.y) };
  }

  /** Double and add in Jacobian coordinates: one inversion in all, not one for each bit. */
  multiply(point: Point | undefined, scalar: bigint): Point | undefined {
    if (!point) return undefined;
    let sum: Jacobian | undefined;
    for (const bit of scalar === 0n ? '' : scalar.toString(2)) {
      sum = sum && this.doubled(sum);
      if (bit === '1') sum = this.sumOf(sum, point);
    }
    if (!sum) return undefined;
    const inverted = inverse(sum.z, this.p);
    const square = this.mod(inverted * inverted);
    return { x: this.mod(sum.x * square), y: this.mod(sum.y * square * inverted) };
  }

  subtract(a: Point | undefined, b: Point | undefined): Point | undefined {
    return this.add(a, b && { x: b.x, y: this.mod(-b.y) });
  }

  /** Wire form: ZCash compression for BLS12-381; x with the parity of y in bit 255 for BN. */
  encode(point: Point): Uint8Array {
    const { g1Bytes } = PAIRING_CURVES[this.curve];
    const bytes = toBytes(point.x, g1Bytes);
    if (this.curve === 'bn254') bytes[0]! |= point.y & 1n ? 0x80 : 0;
    else bytes[0]! |= 0x80 | (point.y > (this.p - 1n) / 2n ? 0x20 : 0);
    return bytes;
  }

  /** The point of the curve that bytes stand for, in the subgroup or not; `undefined` for none. */
  decode(bytes: Uint8Array): Point | undefined {
    if (bytes.length !== PAIRING_CURVES[this.curve].g1Bytes) return undefined;
    const bare = bytes.slice();
    const flags = bare[0]!;
    bare[0] = flags & (this.curve === 'bn254' ? 0x7f : 0x1f);
    const x = fromBytes(bare);
    if (x >= this.p) return undefined;
    const square = this.mod(x * x * x + B[this.curve]);
    const root = power(square, (this.p + 1n) / 4n, this.p);
    if (this.mod(root * root) !== square) return undefined;
    if (this.curve === 'bls12381' && (flags & 0xc0) !== 0x80) return undefined;
    const isOdd = (root & 1n) === 1n;
    const wanted = this.curve === 'bn254' ? (flags & 0x80) !== 0 : (flags & 0x20) !== 0;
    const is = this.curve === 'bn254' ? isOdd : root > (this.p - 1n) / 2n;
    return { x, y: wanted === is ? root : this.mod(-root) };
  }

  /** A point of the curve outside the subgroup of prime order, encoded; the curve must have a cofactor. */
  outsideSubgroup(): Uint8Array {
    for (let x = 1n; ; x++) {
      const bytes = toBytes(x, PAIRING_CURVES[this.curve].g1Bytes);
      bytes[0]! |= 0x80;
      const point = this.decode(bytes);
      if (point && this.multiply(point, this.order) !== undefined) return bytes;
    }
  }

  scalar(bytes: Uint8Array): bigint {
    return (fromBytes(bytes) % (this.order - 1n)) + 1n;
  }

  inverseScalar(value: bigint): bigint {
    return inverse(value, this.order);
  }

  /** No point of odd order has y = 0, so doubling never leads to infinity. */
  private doubled({ x, y, z }: Jacobian): Jacobian {
    const yy = this.mod(y * y);
    const s = this.mod(4n * x * yy);
    const m = this.mod(3n * x * x);
    const x3 = this.mod(m * m - 2n * s);
    return { x: x3, y: this.mod(m * (s - x3) - 8n * yy * yy), z: this.mod(2n * y * z) };
  }

  private sumOf(a: Jacobian | undefined, b: Point): Jacobian | undefined {
    if (!a) return { ...b, z: 1n };
    const zz = this.mod(a.z * a.z);
    const h = this.mod(b.x * zz - a.x);
    const r = this.mod(b.y * a.z * zz - a.y);
    if (h === 0n) return r === 0n ? this.doubled(a) : undefined;
    const hh = this.mod(h * h);
    const hhh = this.mod(h * hh);
    const v = this.mod(a.x * hh);
    const x = this.mod(r * r - hhh - 2n * v);
    return { x, y: this.mod(r * (v - x) - a.y * hhh), z: this.mod(a.z * h) };
  }

  private mod(value: bigint): bigint {
    const rest = value % this.p;
    return rest < 0n ? rest + this.p : rest;
  }
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [((value % modulus) + modulus) % modulus, modulus, 1n, 0n];
  while (b !== 0n) [a, b, x, y] = [b, a % b, y, x - (a / b) * y];
  return ((x % modulus) + modulus) % modulus;
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}
