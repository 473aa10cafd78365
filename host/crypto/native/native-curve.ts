/**
 * BLS12-381 on the accelerated engine, behind the same interface as mcl-wasm. Points, scalars and elements are
 * bytes in the module's own form; only decoding, arithmetic and the generators make them, so that every point
 * is one of the subgroup.
 */

import { PAIRING_CURVES, SCALAR_BYTES } from '../../../apdu/index.js';
import type {
  Decoded,
  Fr,
  G1,
  G2,
  GT,
  HostCurve,
  PairingLibrary,
  PreparedG2,
} from '../group-signature/host-curve.js';
import { DECODE_FAULTS, NATIVE_BYTES, type NativeModule } from './native-module.js';

abstract class NativeValue {
  constructor(
    readonly native: NativeModule,
    readonly bytes: Uint8Array,
  ) {}
}

class NativeFr extends NativeValue implements Fr {
  isZero(): boolean {
    return this.bytes.every((byte) => byte === 0);
  }
}

class NativeG1 extends NativeValue implements G1 {
  isZero(): boolean {
    return this.native.g1IsInfinite(this.bytes);
  }
  isEqual(other: this): boolean {
    return this.native.g1IsEqual(this.bytes, other.bytes);
  }
}

class NativeG2 extends NativeValue implements G2 {
  isZero(): boolean {
    return this.native.g2IsInfinite(this.bytes);
  }
  isEqual(other: this): boolean {
    return this.native.g2IsEqual(this.bytes, other.bytes);
  }
}

class NativeGT extends NativeValue implements GT {
  isOne(): boolean {
    return this.native.gtIsOne(this.bytes);
  }
}

class NativeLines extends NativeValue implements PreparedG2 {
  /** Bytes of the garbage collector's. */
  destroy(): void {}
}

/** Values are short and many: buffers of their own would cost as much as an addition. */
const SLAB_BYTES = 16_384;

/** The functions of mcl-wasm over the module; whether points or scalars are meant follows from the first operand. */
class NativeLibrary {
  private slab = new ArrayBuffer(SLAB_BYTES);
  private used = 0;

  constructor(private readonly native: NativeModule) {}

  add(x: NativeValue, y: NativeValue): NativeValue {
    const { native } = this;
    if (x instanceof NativeFr) return this.result(NativeFr, (out) => native.scalarAdd(out, x.bytes, y.bytes));
    if (x instanceof NativeG1) return this.result(NativeG1, (out) => native.g1Add(out, x.bytes, y.bytes));
    return this.result(NativeG2, (out) => native.g2Add(out, x.bytes, y.bytes));
  }

  neg(x: NativeValue): NativeValue {
    const { native } = this;
    if (x instanceof NativeFr) {
      const zero = new Uint8Array(SCALAR_BYTES);
      return this.result(NativeFr, (out) => native.scalarSubtract(out, zero, x.bytes));
    }
    if (x instanceof NativeG1) return this.result(NativeG1, (out) => native.g1Negate(out, x.bytes));
    return this.result(NativeG2, (out) => native.g2Negate(out, x.bytes));
  }

  sub(x: NativeValue, y: NativeValue): NativeValue {
    return this.add(x, this.neg(y));
  }

  mul(x: NativeValue, y: NativeValue): NativeValue {
    const { native } = this;
    if (x instanceof NativeFr) {
      return this.result(NativeFr, (out) => native.scalarMultiply(out, x.bytes, y.bytes));
    }
    if (x instanceof NativeG1)
      return this.result(NativeG1, (out) => native.g1Multiply(out, x.bytes, y.bytes));
    if (x instanceof NativeG2)
      return this.result(NativeG2, (out) => native.g2Multiply(out, x.bytes, y.bytes));
    return this.result(NativeGT, (out) => native.gtMultiply(out, x.bytes, y.bytes));
  }

  inv(x: NativeFr): NativeFr {
    return this.result(NativeFr, (out) => this.native.scalarInvert(out, x.bytes));
  }

  mulVec(points: readonly NativeG1[], scalars: readonly NativeFr[]): NativeG1 {
    const [all, factors] = [joined(points, NATIVE_BYTES.g1), joined(scalars, SCALAR_BYTES)];
    return this.result(NativeG1, (out) => this.native.g1SumOfMultiples(out, all, factors));
  }

  millerLoop(p: NativeG1, q: NativeG2): NativeGT {
    return this.result(NativeGT, (out) => this.native.millerProduct(out, p.bytes, q.bytes));
  }

  finalExp(x: NativeGT): NativeGT {
    return this.result(NativeGT, (out) => this.native.finalExponentiation(out, x.bytes));
  }

  pairing(p: NativeG1, q: NativeG2): NativeGT {
    return this.finalExp(this.millerLoop(p, q));
  }

  /** Fresh bytes, from the slab where they fit. */
  private take(length: number): Uint8Array {
    if (length > SLAB_BYTES / 8) return new Uint8Array(length);
    if (this.used + length > SLAB_BYTES) {
      this.slab = new ArrayBuffer(SLAB_BYTES);
      this.used = 0;
    }
    const at = this.used;
    this.used += length;
    return new Uint8Array(this.slab, at, length);
  }

  /** A value of a kind that `write` fills. */
  result<T>(Kind: new (native: NativeModule, bytes: Uint8Array) => T, write: (out: Uint8Array) => void): T {
    const out = this.take(LENGTHS.get(Kind)!);
    write(out);
    return new Kind(this.native, out);
  }
}

const LENGTHS: ReadonlyMap<unknown, number> = new Map<unknown, number>([
  [NativeFr, NATIVE_BYTES.scalar],
  [NativeG1, NATIVE_BYTES.g1],
  [NativeG2, NATIVE_BYTES.g2],
  [NativeGT, NATIVE_BYTES.gt],
  [NativeLines, NATIVE_BYTES.lines],
]);

function joined(values: readonly NativeValue[], length: number): Uint8Array {
  const all = new Uint8Array(values.length * length);
  for (const [i, { bytes }] of values.entries()) all.set(bytes, i * length);
  return all;
}

/** BLS12-381 on the accelerated engine. */
export class NativeCurve implements HostCurve {
  readonly parameters = PAIRING_CURVES.bls12381;
  readonly lib: PairingLibrary;
  readonly g1: G1;
  readonly g2: G2;
  private readonly library: NativeLibrary;

  constructor(private readonly native: NativeModule) {
    this.library = new NativeLibrary(native);
    // one signature covers what the overloads tell apart
    this.lib = this.library as unknown as PairingLibrary;
    this.g1 = must(this.decodeG1(this.parameters.g1Generator));
    this.g2 = must(this.decodeG2(this.parameters.g2Generator));
  }

  scalar(bytes: Uint8Array): Fr {
    return new NativeFr(this.native, Uint8Array.from(bytes));
  }

  encodeScalar(scalar: NativeFr): Uint8Array {
    return scalar.bytes.slice();
  }

  decodeG1(bytes: Uint8Array): Decoded<G1> {
    return this.decode(NativeG1, (out) => this.native.g1Decode(out, bytes));
  }

  encodeG1(point: NativeG1): Uint8Array {
    const out = new Uint8Array(this.parameters.g1Bytes);
    this.native.g1Encode(out, point.bytes);
    return out;
  }

  decodeG2(bytes: Uint8Array): Decoded<G2> {
    return this.decode(NativeG2, (out) => this.native.g2Decode(out, bytes));
  }

  encodeG2(point: NativeG2): Uint8Array {
    const out = new Uint8Array(this.parameters.g2Bytes);
    this.native.g2Encode(out, point.bytes);
    return out;
  }

  encodeGt(element: NativeGT): Uint8Array {
    const out = new Uint8Array(NATIVE_BYTES.gt);
    this.native.gtEncode(out, element.bytes);
    return out;
  }

  prepare(point: NativeG2): PreparedG2 {
    return this.library.result(NativeLines, (out) => this.native.g2Lines(out, point.bytes));
  }

  productIsOne(pairs: readonly (readonly [NativeG1, NativeLines])[]): boolean {
    const operands = pairs.flatMap(([point, lines]) => [point.bytes, lines.bytes]);
    const loops = this.library.result(NativeGT, (out) => this.native.millerProduct(out, ...operands));
    return this.library.finalExp(loops).isOne();
  }

  private decode<P>(
    Kind: new (native: NativeModule, bytes: Uint8Array) => P,
    read: (out: Uint8Array) => number,
  ): Decoded<P> {
    let answer = 0;
    const point = this.library.result(Kind, (out) => {
      answer = read(out);
    });
    if (answer === 0) return { ok: true, point };
    return { ok: false, reason: DECODE_FAULTS[answer as keyof typeof DECODE_FAULTS] };
  }
}

function must<P>(decoded: Decoded<P>): P {
  if (!decoded.ok) throw new Error(`a generator of the curve table is no valid point: ${decoded.reason}`);
  return decoded.point;
}
