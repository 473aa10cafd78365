/** G1 of the pairing-friendly curves, with noble. One parameter row per curve. */

import { bls12_381 } from '@noble/curves/bls12-381.js';
import { bn254 } from '@noble/curves/bn254.js';
import type { CurveName } from '../../apdu/index.js';
import { PAIRING_CURVES } from '../../apdu/index.js';
import type { CryptoEngine } from '../runtime/crypto-engine.js';
import { fromInteger, toInteger, toScalar } from './integers.js';

type Curve = {
  /** Affine constructor: noble's own decoder and encoder refuse points outside the subgroup. */
  readonly Point: typeof bls12_381.G1.Point;
  readonly field: typeof bls12_381.fields.Fp;
  readonly order: bigint;
  readonly b: bigint;
  readonly coordinateBytes: number;
  /** Flag bits of an encoded point: x without them and the wanted y, or `undefined` for a wrong flag. */
  readonly readFlags: (encoded: Uint8Array) => { x: Uint8Array; wanted: boolean } | undefined;
  readonly writeFlags: (x: Uint8Array, flag: boolean) => void;
  /** Which of y and −y the flag of an encoded point means. */
  readonly flagOf: (y: bigint) => boolean;
};

const BLS_HALF = (bls12_381.fields.Fp.ORDER - 1n) / 2n;

const CURVES: Readonly<Record<CurveName, Curve>> = {
  // ZCash serialisation: bit 383 compressed, 382 infinity, 381 the larger y
  bls12381: {
    Point: bls12_381.G1.Point,
    field: bls12_381.fields.Fp,
    order: bls12_381.fields.Fr.ORDER,
    b: 4n,
    coordinateBytes: 48,
    readFlags: (encoded) => {
      if ((encoded[0]! & 0xc0) !== 0x80) return undefined;
      const x = encoded.slice();
      x[0]! &= 0x1f;
      return { x, wanted: (encoded[0]! & 0x20) !== 0 };
    },
    writeFlags: (x, flag) => {
      x[0]! |= flag ? 0xa0 : 0x80;
    },
    flagOf: (y) => y > BLS_HALF,
  },
  // bit 255: parity of y
  bn254: {
    Point: bn254.G1.Point,
    field: bn254.fields.Fp,
    order: bn254.fields.Fr.ORDER,
    b: 3n,
    coordinateBytes: 32,
    readFlags: (encoded) => {
      const x = encoded.slice();
      x[0]! &= 0x7f;
      return { x, wanted: (encoded[0]! & 0x80) !== 0 };
    },
    writeFlags: (x, flag) => {
      if (flag) x[0]! |= 0x80;
    },
    flagOf: (y) => (y & 1n) === 1n,
  },
};

type Point = InstanceType<typeof bls12_381.G1.Point>;

/** The point of affine bytes, when it is on the curve and not (0, 0). */
function readAffine(curve: Curve, bytes: Uint8Array): Point | undefined {
  const { field, coordinateBytes: n } = curve;
  if (bytes.length !== 2 * n) return undefined;
  const x = toInteger(bytes.subarray(0, n));
  const y = toInteger(bytes.subarray(n));
  if (x >= field.ORDER || y >= field.ORDER) return undefined;
  if (!field.eql(field.sqr(y), rightSide(curve, x))) return undefined;
  return curve.Point.fromAffine({ x, y });
}

function writeAffine(curve: Curve, point: Point): Uint8Array | undefined {
  if (point.is0()) return undefined;
  const { x, y } = point.toAffine();
  const bytes = new Uint8Array(2 * curve.coordinateBytes);
  bytes.set(fromInteger(x, curve.coordinateBytes));
  bytes.set(fromInteger(y, curve.coordinateBytes), curve.coordinateBytes);
  return bytes;
}

function rightSide({ field, b }: Curve, x: bigint): bigint {
  return field.add(field.mul(field.sqr(x), x), b);
}

function decompress(curve: Curve, encoded: Uint8Array): Uint8Array | undefined {
  const { field } = curve;
  if (encoded.length !== curve.coordinateBytes) return undefined;
  const flags = curve.readFlags(encoded);
  if (!flags) return undefined;
  const x = toInteger(flags.x);
  if (x >= field.ORDER) return undefined;
  const square = rightSide(curve, x);
  // p ≡ 3 (mod 4) on both curves; the square is checked because not every element has a root
  const root = field.pow(square, (field.ORDER + 1n) / 4n);
  if (!field.eql(field.sqr(root), square)) return undefined;
  const y = curve.flagOf(root) === flags.wanted ? root : field.neg(root);
  return writeAffine(curve, curve.Point.fromAffine({ x, y }));
}

/** The G1 part of the reference engine. */
export const nobleG1: Pick<
  CryptoEngine,
  'g1Decompress' | 'g1Compress' | 'g1Multiply' | 'g1Add' | 'g1InSubgroup'
> = {
  g1Decompress: (suite, encoded) => decompress(CURVES[suite], encoded),

  g1Compress(suite, bytes) {
    const curve = CURVES[suite];
    if (!readAffine(curve, bytes)) return undefined;
    const encoded = bytes.slice(0, PAIRING_CURVES[suite].g1Bytes);
    curve.writeFlags(encoded, curve.flagOf(toInteger(bytes.subarray(curve.coordinateBytes))));
    return encoded;
  },

  g1Multiply(suite, bytes, scalarBytes) {
    const curve = CURVES[suite];
    const point = readAffine(curve, bytes);
    const scalar = toScalar(scalarBytes, curve.order);
    if (!point || scalar === undefined) return undefined;
    return writeAffine(curve, point.multiply(scalar));
  },

  g1Add(suite, a, b) {
    const curve = CURVES[suite];
    const left = readAffine(curve, a);
    const right = readAffine(curve, b);
    return left && right ? writeAffine(curve, left.add(right)) : undefined;
  },

  // (r − 1)·P + P, because noble takes no scalar of r; independent of its endomorphism shortcut
  g1InSubgroup(suite, bytes) {
    const curve = CURVES[suite];
    const point = readAffine(curve, bytes);
    return (
      point
        ?.multiplyUnsafe(curve.order - 1n)
        .add(point)
        .is0() ?? false
    );
  },
};
