/** The pairing-friendly curves on noble, with this system's encodings. Shares no code with the mcl side. */

import type { BlsCurvePair } from '@noble/curves/abstract/bls.js';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { bn254 } from '@noble/curves/bn254.js';
import { type CurveName, concatBytes, fromHex, toHex } from '../../../apdu/index.js';
import type { PointFault } from './host-curve.js';

export type NobleG1 = InstanceType<BlsCurvePair['G1']['Point']>;
export type NobleG2 = InstanceType<BlsCurvePair['G2']['Point']>;
export type NobleDecoded<P> =
  | { readonly ok: true; readonly point: P }
  | { readonly ok: false; readonly reason: PointFault };

/** One pairing-friendly curve. Decoders make every check: canonical, on the curve, not O, in the subgroup. */
export type NobleCurve = {
  readonly lib: BlsCurvePair;
  readonly decodeG1: (bytes: Uint8Array) => NobleDecoded<NobleG1>;
  readonly decodeG2: (bytes: Uint8Array) => NobleDecoded<NobleG2>;
  /** Of a point other than O. */
  readonly encodeG1: (point: NobleG1) => Uint8Array;
  /** Of a point other than O. */
  readonly encodeG2: (point: NobleG2) => Uint8Array;
};

export const NOBLE_CURVES: Readonly<Record<CurveName, NobleCurve>> = {
  bls12381: {
    lib: bls12_381,
    decodeG1: (bytes) => decodeCompressed(bls12_381.G1.Point, bytes),
    decodeG2: (bytes) => decodeCompressed(bls12_381.G2.Point, bytes),
    encodeG1: (point) => point.toBytes(true),
    encodeG2: (point) => point.toBytes(true),
  },
  bn254: {
    lib: bn254,
    decodeG1: decodeBnG1,
    decodeG2: decodeBnG2,
    encodeG1: encodeBnG1,
    encodeG2: encodeBnG2,
  },
};

export function integer(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes)}`);
}

/** noble's decoder makes every check at once; its two messages that matter are told apart. */
function decodeCompressed<P extends { is0(): boolean }>(
  Point: { fromBytes(bytes: Uint8Array): P },
  bytes: Uint8Array,
): NobleDecoded<P> {
  try {
    const point = Point.fromBytes(bytes);
    return point.is0() ? { ok: false, reason: 'infinity' } : { ok: true, point };
  } catch (error) {
    const subgroup = error instanceof Error && error.message.includes('subgroup');
    return { ok: false, reason: subgroup ? 'subgroup' : 'encoding' };
  }
}

/** x in 32 bytes, bit 255 = parity of y; every curve point is in the subgroup. */
function decodeBnG1(bytes: Uint8Array): NobleDecoded<NobleG1> {
  if (bytes.length !== 32) return { ok: false, reason: 'encoding' };
  if (bytes.every((byte) => byte === 0)) return { ok: false, reason: 'infinity' };
  const { Fp } = bn254.fields;
  const wantsOdd = bytes[0]! >= 0x80;
  const x = integer(bytes) & ((1n << 255n) - 1n);
  if (x >= Fp.ORDER) return { ok: false, reason: 'encoding' };
  try {
    const root = Fp.sqrt(Fp.add(Fp.mul(Fp.sqr(x), x), 3n));
    const y = ((root & 1n) === 1n) === wantsOdd ? root : Fp.neg(root);
    return { ok: true, point: bn254.G1.Point.fromAffine({ x, y }) };
  } catch {
    // no square: x is no coordinate of the curve
    return { ok: false, reason: 'encoding' };
  }
}

function encodeBnG1(point: NobleG1): Uint8Array {
  const { x, y } = point.toAffine();
  const bytes = fromHex(x.toString(16).padStart(64, '0'));
  if ((y & 1n) === 1n) bytes[0]! |= 0x80;
  return bytes;
}

/** Uncompressed (EIP-197): imaginary part before real part, x before y. */
function decodeBnG2(bytes: Uint8Array): NobleDecoded<NobleG2> {
  if (bytes.length !== 128) return { ok: false, reason: 'encoding' };
  const parts = [0, 1, 2, 3].map((i) => integer(bytes.subarray(32 * i, 32 * (i + 1))));
  const [xi, xr, yi, yr] = parts as [bigint, bigint, bigint, bigint];
  const { Fp, Fp2 } = bn254.fields;
  if (parts.some((part) => part >= Fp.ORDER)) return { ok: false, reason: 'encoding' };
  const [x, y] = [Fp2.create({ c0: xr, c1: xi }), Fp2.create({ c0: yr, c1: yi })];
  if (Fp2.is0(x) && Fp2.is0(y)) return { ok: false, reason: 'encoding' };
  try {
    const point = bn254.G2.Point.fromAffine({ x, y });
    if (!onBnTwist(x, y)) return { ok: false, reason: 'encoding' };
    return point.isTorsionFree() ? { ok: true, point } : { ok: false, reason: 'subgroup' };
  } catch {
    return { ok: false, reason: 'encoding' };
  }
}

/** y² = x³ + 3/(9 + i). */
function onBnTwist(x: NobleG2['X'], y: NobleG2['Y']): boolean {
  const { Fp2 } = bn254.fields;
  const b = Fp2.div(Fp2.create({ c0: 3n, c1: 0n }), Fp2.create({ c0: 9n, c1: 1n }));
  return Fp2.eql(Fp2.sqr(y), Fp2.add(Fp2.mul(Fp2.sqr(x), x), b));
}

function encodeBnG2(point: NobleG2): Uint8Array {
  const { x, y } = point.toAffine();
  return concatBytes(...[x.c1, x.c0, y.c1, y.c0].map((part) => fromHex(part.toString(16).padStart(64, '0'))));
}
