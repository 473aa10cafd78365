/**
 * A pairing-friendly curve as the schemes use it, whichever engine computes: mcl-wasm (`mcl.ts`) for every
 * curve, the accelerated engine (`../native/native-curve.ts`) for BLS12-381.
 */

import type { PairingCurve } from '../../../apdu/index.js';

declare const kind: unique symbol;

/** A scalar modulo the order. */
export interface Fr {
  readonly [kind]?: 'Fr';
  isZero(): boolean;
}
/** A point of G1; decoding and arithmetic give points of the subgroup only. */
export interface G1 {
  readonly [kind]?: 'G1';
  isZero(): boolean;
  isEqual(other: this): boolean;
}
/** A point of G2. */
export interface G2 {
  readonly [kind]?: 'G2';
  isZero(): boolean;
  isEqual(other: this): boolean;
}
/** An element of GT, or a Miller loop's value before the final exponentiation. */
export interface GT {
  readonly [kind]?: 'GT';
  isOne(): boolean;
}
/** A point of G2 with what Miller loops need of it, for points that are paired again and again. */
export interface PreparedG2 {
  destroy(): void;
}

/** Arithmetic, in the form of mcl-wasm's functions. */
export interface PairingLibrary {
  add(x: Fr, y: Fr): Fr;
  add(x: G1, y: G1): G1;
  add(x: G2, y: G2): G2;
  sub(x: Fr, y: Fr): Fr;
  sub(x: G1, y: G1): G1;
  sub(x: G2, y: G2): G2;
  neg(x: Fr): Fr;
  neg(x: G1): G1;
  neg(x: G2): G2;
  mul(x: Fr, y: Fr): Fr;
  mul(x: G1, y: Fr): G1;
  mul(x: G2, y: Fr): G2;
  mul(x: GT, y: GT): GT;
  /** 1/x; 0 for 0. */
  inv(x: Fr): Fr;
  /** Σ y·x over 1 to 2,048 points of G1. Its time depends on the scalars: public values only. */
  mulVec(x: G1[], y: Fr[]): G1;
  millerLoop(p: G1, q: G2): GT;
  finalExp(x: GT): GT;
  pairing(p: G1, q: G2): GT;
}

export type Decoded<P> =
  | { readonly ok: true; readonly point: P }
  | { readonly ok: false; readonly reason: PointFault };
/** Why bytes are no valid point: not the canonical encoding of a curve point, O, or outside the subgroup. */
export type PointFault = 'encoding' | 'infinity' | 'subgroup';

/** One curve, its arithmetic and its conversions from and to this system's encodings. */
export interface HostCurve {
  readonly parameters: PairingCurve;
  readonly lib: PairingLibrary;
  /** Generators g and g~. */
  readonly g1: G1;
  readonly g2: G2;
  /** A 32-byte scalar below the order, as the caller has checked. */
  scalar(bytes: Uint8Array): Fr;
  /** 32 bytes, big-endian. */
  encodeScalar(scalar: Fr): Uint8Array;
  /** A point of G1 with every check: canonical encoding, on the curve, not O, in the subgroup. */
  decodeG1(bytes: Uint8Array): Decoded<G1>;
  encodeG1(point: G1): Uint8Array;
  /** A point of G2 with the same checks. */
  decodeG2(bytes: Uint8Array): Decoded<G2>;
  encodeG2(point: G2): Uint8Array;
  /** An element of GT as its twelve coefficients, lowest first, each big-endian at the field's length. */
  encodeGt(element: GT): Uint8Array;
  /** `destroy` it when it is not needed any more. */
  prepare(point: G2): PreparedG2;
  /** Whether the product of the pairings is 1; one final exponentiation for all. */
  productIsOne(pairs: readonly (readonly [G1, PreparedG2])[]): boolean;
}
