/**
 * PS-G1 from its definition (docs/group-signature-format.md), for making test vectors: G1 on the suite's own big
 * integers, G2 and pairings on noble, hashes on node:crypto. It shares no code with card or host, their
 * encodings of statements included.
 */

import { createHash, createHmac, hkdfSync } from 'node:crypto';
import type { BlsCurvePair } from '@noble/curves/abstract/bls.js';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { bn254 } from '@noble/curves/bn254.js';
import { type CurveName, concatBytes, fromHex, uintToBytes, utf8ToBytes } from '../../../apdu/index.js';
import { G1, type Point } from '../../issuer/g1.js';
import { fromBytes, toBytes } from '../../issuer/p256.js';

export type G2Point = InstanceType<BlsCurvePair['G2']['Point']>;

/** Identifier of the suite on the wire. */
const SUITE_ID: Readonly<Record<CurveName, number>> = { bls12381: 1, bn254: 2 };
const FIELD_BYTES: Readonly<Record<CurveName, number>> = { bls12381: 48, bn254: 32 };

/** The bytes that a hash takes: every part after its length. */
export function framed(tag: string, parts: readonly Uint8Array[]): Uint8Array {
  return concatBytes(...[utf8ToBytes(tag), ...parts].flatMap((part) => [uintToBytes(part.length, 4), part]));
}

export function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}

/** The first 31 bytes of a hash. */
export function challenge(tag: string, parts: readonly Uint8Array[]): Uint8Array {
  return sha256(framed(tag, parts)).subarray(0, 31);
}

export const epochBytes = (epoch: number): Uint8Array => uintToBytes(epoch, 4);
export const scalarBytes = (value: bigint): Uint8Array => toBytes(value, 32);

/** Signature in parts, points as encoded. */
export type SignatureParts = {
  readonly s1: Uint8Array;
  readonly s2: Uint8Array;
  readonly u: Uint8Array;
  readonly hint: Uint8Array;
  readonly s: Uint8Array;
};
export type Signed = { readonly epoch: number; readonly domain: string; readonly statement: Uint8Array };

export class PsG1 {
  readonly g1: G1;
  readonly r: bigint;
  readonly g2: G2Point;
  private readonly lib: BlsCurvePair;

  constructor(readonly curve: CurveName) {
    this.g1 = new G1(curve);
    this.r = this.g1.order;
    this.lib = curve === 'bls12381' ? bls12_381 : bn254;
    this.g2 = this.lib.G2.Point.BASE;
  }

  mod(value: bigint): bigint {
    const rest = value % this.r;
    return rest < 0n ? rest + this.r : rest;
  }

  /** k·P of G1, encoded; k may be any integer, P of any order. */
  times(point: Point, k: bigint): Uint8Array {
    return this.g1.encode(this.g1.multiply(point, k)!);
  }

  base(k: bigint): Uint8Array {
    return this.times(this.g1.generator, k);
  }

  point(encoded: Uint8Array): Point {
    return this.g1.decode(encoded)!;
  }

  encodeG2(point: G2Point): Uint8Array {
    if (this.curve === 'bls12381') return point.toBytes(true);
    const { x, y } = point.toAffine();
    return concatBytes(...[x.c1, x.c0, y.c1, y.c0].map((part) => toBytes(part, 32)));
  }

  base2(k: bigint): G2Point {
    return this.g2.multiply(k);
  }

  /** e(P, Q) as its twelve coefficients. */
  pairing(p: Uint8Array, q: G2Point): Uint8Array {
    const { x, y } = this.point(p);
    const value = this.lib.pairing(this.lib.G1.Point.fromAffine({ x, y }), q);
    const pairs = [value.c0, value.c1].flatMap(({ c0, c1, c2 }) => [c0, c1, c2]);
    return concatBytes(
      ...pairs.flatMap(({ c0, c1 }) => [c0, c1]).map((it) => toBytes(it, FIELD_BYTES[this.curve])),
    );
  }

  /** A secret nonce of the card: the draw-th of one run. */
  cardNonce(secret: bigint, fresh: Uint8Array, use: string, counter: number, draw: number): bigint {
    const info = framed(`IMIS-v1/nonce/${use}`, [uintToBytes(counter, 8), uintToBytes(draw, 4)]);
    return this.mod(fromBytes(new Uint8Array(hkdfSync('sha256', scalarBytes(secret), fresh, info, 48))));
  }

  /** A secret scalar of a service. */
  serviceNonce(secret: Uint8Array, fresh: Uint8Array, use: string, counter: number): bigint {
    const info = framed(`IMIS-v1/nonce/${use}`, [uintToBytes(counter, 8)]);
    return this.wide(new Uint8Array(hkdfSync('sha256', secret, fresh, info, 48)));
  }

  /** 48 bytes to a scalar that is not zero. */
  wide(bytes: Uint8Array): bigint {
    return (fromBytes(bytes) % (this.r - 1n)) + 1n;
  }

  publicKey(x: G2Point, y: G2Point): Uint8Array {
    const points = [this.g2, x, y].map((point) => this.encodeG2(point));
    return concatBytes(Uint8Array.of(SUITE_ID[this.curve]), ...points);
  }

  /** Proof of knowledge of x and y. */
  keyProof(key: Uint8Array, [x, y]: readonly bigint[], [nonceX, nonceY]: readonly bigint[]): Uint8Array {
    const commitments = [nonceX!, nonceY!].map((nonce) => this.encodeG2(this.base2(nonce)));
    const c = challenge('IMIS-v1/group-key', [sha256(key), ...commitments]);
    return concatBytes(c, this.response(nonceX!, c, x!), this.response(nonceY!, c, y!));
  }

  /** nonce + c·secret. */
  response(nonce: bigint, c: Uint8Array, secret: bigint): Uint8Array {
    return scalarBytes(this.mod(nonce + fromBytes(c) * secret));
  }

  /** Proof of knowledge of sk (eq. 3). */
  joinProof(sk: bigint, r: bigint, nonce: Uint8Array, doctorId: string, keyHash: Uint8Array): Uint8Array {
    const c = challenge('IMIS-v1/join', [nonce, utf8ToBytes(doctorId), keyHash, this.base(sk), this.base(r)]);
    return concatBytes(c, this.response(r, c, sk));
  }

  /** σ1 ‖ σ2 ‖ proof of u (eq. 4). */
  credential(
    [x, y]: readonly bigint[],
    d: Uint8Array,
    u: bigint,
    nonce: bigint,
    binding: { readonly freshness: Uint8Array; readonly keyHash: Uint8Array },
  ): Uint8Array {
    const sigma1 = this.base(u);
    const blind = this.g1.multiply(this.point(d), this.mod(u * y!));
    const sigma2 = this.g1.encode(this.g1.add(this.g1.multiply(this.point(sigma1), x!), blind)!);
    const c = challenge('IMIS-v1/join-u', [
      binding.freshness,
      d,
      binding.keyHash,
      sigma1,
      sigma2,
      this.base(nonce),
    ]);
    return concatBytes(sigma1, sigma2, c, this.response(nonce, c, u));
  }

  hintKey(
    masterKey: Uint8Array,
    epoch: number,
    doctorId: string,
    serial: Uint8Array,
    joins: number,
  ): Uint8Array {
    const info = framed('IMIS-v1/hint-key', [
      epochBytes(epoch),
      utf8ToBytes(doctorId),
      serial,
      uintToBytes(joins, 4),
    ]);
    return new Uint8Array(hkdfSync('sha256', masterKey, new Uint8Array(0), info, 32));
  }

  hint(hintKey: Uint8Array, s1: Uint8Array): Uint8Array {
    return new Uint8Array(createHmac('sha256', hintKey).update(s1).digest().subarray(0, 8));
  }

  signatureChallenge(parts: Omit<SignatureParts, 's'>, keyHash: Uint8Array, signed: Signed): Uint8Array {
    const { s1, s2, u, hint } = parts;
    return challenge(signed.domain, [keyHash, epochBytes(signed.epoch), s1, s2, u, hint, signed.statement]);
  }

  /** A signature with t and k given; points of σ may be anything. */
  sign(
    member: {
      readonly sk: bigint;
      readonly sigma1: Uint8Array;
      readonly sigma2: Uint8Array;
      readonly hintKey: Uint8Array;
    },
    { t, k }: { readonly t: bigint; readonly k: bigint },
    keyHash: Uint8Array,
    signed: Signed,
  ): SignatureParts & { readonly c: Uint8Array } {
    const s1 = this.times(this.point(member.sigma1), t);
    const s2 = this.times(this.point(member.sigma2), t);
    const u = this.times(this.point(s1), k);
    const made = { s1, s2, u, hint: this.hint(member.hintKey, s1) };
    const c = this.signatureChallenge(made, keyHash, signed);
    return { ...made, c, s: this.response(k, c, member.sk) };
  }

  /** W = (s·s1 − U)/c, which is sk·s1. */
  signerPoint({ s1, u, s }: SignatureParts, c: Uint8Array): Uint8Array {
    const inverse = this.g1.inverseScalar(fromBytes(c));
    const left = this.g1.multiply(this.point(s1), this.mod(fromBytes(s) * inverse));
    return this.g1.encode(this.g1.subtract(left, this.g1.multiply(this.point(u), inverse))!);
  }

  /** c' ‖ S~ by whoever believes in T~ = sk·g~. */
  openingProof(sk: bigint, r: bigint, s1: Uint8Array, binding: readonly Uint8Array[]) {
    const t1 = this.pairing(s1, this.base2(r));
    const t2 = this.pairing(this.base(1n), this.base2(r));
    const c = challenge('IMIS-v1/open', [...binding, t1, t2]);
    const response = this.base2(this.mod(r + fromBytes(c) * sk));
    return { t1, t2, proof: concatBytes(c, this.encodeG2(response)) };
  }

  /** A point of the twist outside the subgroup of prime order. */
  outsideG2(): Uint8Array {
    if (this.curve === 'bls12381') {
      const encoded = new Uint8Array(96);
      encoded[0] = 0x80;
      encoded[95] = 2;
      return encoded;
    }
    const { Fp2 } = bn254.fields;
    const b = Fp2.div(Fp2.create({ c0: 3n, c1: 0n }), Fp2.create({ c0: 9n, c1: 1n }));
    for (let c0 = 1n; ; c0++) {
      const x = Fp2.create({ c0, c1: 0n });
      const square = Fp2.add(Fp2.mul(Fp2.sqr(x), x), b);
      const y = squareRoot(() => Fp2.sqrt(square));
      if (y) return concatBytes(...[x.c1, x.c0, y.c1, y.c0].map((part) => toBytes(part, 32)));
    }
  }
}

function squareRoot<T>(root: () => T): T | undefined {
  try {
    return root();
  } catch {
    return undefined;
  }
}

/** The field's modulus of G1, for encodings that are one too large. */
export const FIELD: Readonly<Record<CurveName, bigint>> = {
  bls12381: bls12_381.fields.Fp.ORDER,
  bn254: bn254.fields.Fp.ORDER,
};

export const joinSignature = ({ s1, s2, u, hint, s }: SignatureParts): Uint8Array =>
  concatBytes(s1, s2, u, hint, s);
export { fromBytes, fromHex };
