/**
 * mcl-wasm behind typed, strict conversions. mcl keeps its curve in module state, so every curve gets a
 * module instance of its own.
 */

import { createRequire } from 'node:module';
import type * as Mcl from 'mcl-wasm';
import { type CurveName, equalBytes, PAIRING_CURVES, type PairingCurve } from '../../../apdu/index.js';
import type { Decoded, HostCurve } from './host-curve.js';

export type MclModule = typeof Mcl;
/** One curve of mcl and its conversions from and to this system's encodings. */
export class MclCurve implements HostCurve {
  /** Generators g and g~. */
  readonly g1: Mcl.G1;
  readonly g2: Mcl.G2;

  constructor(
    readonly parameters: PairingCurve,
    readonly mcl: MclModule,
  ) {
    this.g1 = must(this.decodeG1(parameters.g1Generator));
    this.g2 = must(this.decodeG2(parameters.g2Generator));
  }

  /** A 32-byte scalar below the order, as the caller has checked. */
  scalar(bytes: Uint8Array): Mcl.Fr {
    const scalar = new this.mcl.Fr();
    scalar.setBigEndianMod(bytes);
    return scalar;
  }

  /** 32 bytes, big-endian. */
  encodeScalar(scalar: Mcl.Fr): Uint8Array {
    return hexToBytes(scalar.getStr(16).padStart(64, '0'));
  }

  /** A point of G1 with every check: canonical encoding, on the curve, not O, in the subgroup. */
  decodeG1(bytes: Uint8Array): Decoded<Mcl.G1> {
    if (bytes.length !== this.parameters.g1Bytes) return { ok: false, reason: 'encoding' };
    return this.decode(new this.mcl.G1(), bytes, this.isBls ? bytes : bytes.toReversed(), (p) =>
      this.encodeG1(p),
    );
  }

  encodeG1(point: Mcl.G1): Uint8Array {
    const bytes = point.serialize();
    return this.isBls ? bytes : bytes.toReversed();
  }

  /** A point of G2 with the same checks. */
  decodeG2(bytes: Uint8Array): Decoded<Mcl.G2> {
    if (bytes.length !== this.parameters.g2Bytes) return { ok: false, reason: 'encoding' };
    const point = new this.mcl.G2();
    if (this.isBls) return this.decode(point, bytes, bytes, (p) => this.encodeG2(p));
    const [xi, xr, yi, yr] = [0, 1, 2, 3].map((i) => toHex(bytes.subarray(32 * i, 32 * (i + 1))));
    try {
      point.setStr(`1 ${xr} ${xi} ${yr} ${yi}`, 16);
    } catch {
      return { ok: false, reason: 'encoding' };
    }
    return this.check(point, bytes, (p) => this.encodeG2(p));
  }

  encodeG2(point: Mcl.G2): Uint8Array {
    if (this.isBls) return point.serialize();
    const normal = this.mcl.normalize(point);
    const [x, y] = [normal.getX(), normal.getY()];
    const parts = [x.get_b(), x.get_a(), y.get_b(), y.get_a()];
    return hexToBytes(parts.map((part) => part.getStr(16).padStart(64, '0')).join(''));
  }

  /** An element of GT as its twelve coefficients, lowest first, each big-endian at the field's length. */
  encodeGt(element: Mcl.GT): Uint8Array {
    const digits = this.parameters.g1AffineBytes; // two hexadecimal digits for each byte of half a point
    const coefficients = element.getStr(16).split(' ');
    return hexToBytes(coefficients.map((coefficient) => coefficient.padStart(digits, '0')).join(''));
  }

  get lib(): MclModule {
    return this.mcl;
  }

  prepare(point: Mcl.G2): Mcl.PrecomputedG2 {
    return new this.mcl.PrecomputedG2(point);
  }

  /** Two Miller loops at a time share their squarings. */
  productIsOne(pairs: readonly (readonly [Mcl.G1, Mcl.PrecomputedG2])[]): boolean {
    const { mcl } = this;
    const loops: Mcl.GT[] = [];
    for (let i = 0; i + 1 < pairs.length; i += 2) {
      loops.push(mcl.precomputedMillerLoop2(...pairs[i]!, ...pairs[i + 1]!));
    }
    if (pairs.length % 2 === 1) loops.push(mcl.precomputedMillerLoop(...pairs.at(-1)!));
    return mcl.finalExp(loops.reduce((product, loop) => mcl.mul(product, loop))).isOne();
  }

  private get isBls(): boolean {
    return this.parameters.name === 'bls12381';
  }

  private decode<P extends Mcl.G1 | Mcl.G2>(
    point: P,
    encoded: Uint8Array,
    native: Uint8Array,
    encode: (point: P) => Uint8Array,
  ): Decoded<P> {
    try {
      point.deserialize(native);
    } catch {
      return { ok: false, reason: 'encoding' };
    }
    return this.check(point, encoded, encode);
  }

  private check<P extends Mcl.G1 | Mcl.G2>(
    point: P,
    encoded: Uint8Array,
    encode: (point: P) => Uint8Array,
  ): Decoded<P> {
    if (point.isZero()) return { ok: false, reason: 'infinity' };
    if (!point.isValid()) return { ok: false, reason: 'encoding' };
    // On BN every point of G1 is in the subgroup; mcl would multiply by r all the same.
    const everyPointBelongs = this.parameters.cofactorOne && point instanceof this.mcl.G1;
    if (!everyPointBelongs && !point.isValidOrder()) return { ok: false, reason: 'subgroup' };
    // Two encodings of one point would be two signatures on one statement.
    return equalBytes(encode(point), encoded) ? { ok: true, point } : { ok: false, reason: 'encoding' };
  }
}

const loaded = new Map<CurveName, Promise<MclCurve>>();

/** A curve, initialised once for each process. */
export function loadMclCurve(name: CurveName): Promise<MclCurve> {
  const known = loaded.get(name);
  if (known) return known;
  const curve = initialise(name);
  loaded.set(name, curve);
  return curve;
}

async function initialise(name: CurveName): Promise<MclCurve> {
  const mcl = freshModule();
  await mcl.init(name === 'bls12381' ? mcl.BLS12_381 : mcl.BN_SNARK1);
  if (name === 'bls12381') mcl.setETHserialization(true);
  // The order is checked by decodeG1 and decodeG2, which tell it from a malformed encoding.
  mcl.verifyOrderG1(false);
  mcl.verifyOrderG2(false);
  return new MclCurve(PAIRING_CURVES[name], mcl);
}

/** A copy of mcl-wasm that shares no state with any other: loaded past the module cache. */
function freshModule(): MclModule {
  const require = createRequire(import.meta.url);
  forgetMcl(require);
  const mcl = require('mcl-wasm') as MclModule;
  forgetMcl(require);
  return mcl;
}

function forgetMcl(require: NodeJS.Require): void {
  for (const path of Object.keys(require.cache)) {
    if (/[\\/]mcl-wasm[\\/]dist[\\/]/.test(path)) delete require.cache[path];
  }
}

function must<P>(decoded: Decoded<P>): P {
  if (!decoded.ok) throw new Error(`a generator of the table of curves is no valid point: ${decoded.reason}`);
  return decoded.point;
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function hexToBytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}
