/**
 * BBS with an encrypted identity from its definition (docs/group-signature-suites.md), for making test vectors:
 * the arithmetic is that of the PS-G1 vectors, the encodings and hashes are written out here. It shares no code
 * with card or host.
 */

import { createHmac } from 'node:crypto';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { bn254 } from '@noble/curves/bn254.js';
import { type CurveName, concatBytes, uintToBytes, utf8ToBytes } from '../../../apdu/index.js';
import type { Point } from '../../issuer/g1.js';
import {
  challenge,
  epochBytes,
  framed,
  fromBytes,
  PsG1,
  type Signed,
  scalarBytes,
  sha256,
} from '../ps-g1/definition.js';

const SUITE_ID: Readonly<Record<CurveName, number>> = { bls12381: 3, bn254: 4 };

export type BbsKeys = {
  readonly gamma: bigint;
  readonly z: bigint;
  readonly publicKey: Uint8Array;
  readonly keyHash: Uint8Array;
};

/** The six secrets of a signature. */
export type Secrets = Readonly<Record<'rho' | 'tau' | 'kRho' | 'kEpsilon' | 'kSk' | 'kTau', bigint>>;

export type BbsMember = { readonly sk: bigint; readonly a: Uint8Array; readonly e: bigint };

export type BbsParts = {
  readonly points: readonly Uint8Array[];
  readonly c: Uint8Array;
  readonly responses: readonly Uint8Array[];
};

/** What a prover claims to know of which points. */
export type Claim = Readonly<Record<'a' | 'aBar' | 't1' | 't2', Uint8Array>> &
  Readonly<Record<'rho' | 'epsilon' | 'sk' | 'tau', bigint>>;

export class Bbs {
  readonly math: PsG1;
  readonly p1: Uint8Array;

  constructor(readonly curve: CurveName) {
    this.math = new PsG1(curve);
    this.p1 = this.math.g1.encode(hashedPoint(this.math));
  }

  /** k·P, encoded. */
  times(point: Uint8Array, k: bigint): Uint8Array {
    return this.math.times(this.math.point(point), this.math.mod(k));
  }

  base(k: bigint): Uint8Array {
    return this.math.base(this.math.mod(k));
  }

  /** Sum of points; O has no encoding and is none of the sums here. */
  sum(...points: readonly Uint8Array[]): Uint8Array {
    const { math } = this;
    const total = points.map((it): Point | undefined => math.point(it)).reduce((a, b) => math.g1.add(a, b));
    return math.g1.encode(total!);
  }

  publicKey(gamma: bigint, z: bigint): BbsKeys {
    const { math } = this;
    const points = [math.encodeG2(math.g2), math.encodeG2(math.base2(gamma)), this.base(gamma), this.base(z)];
    const publicKey = concatBytes(Uint8Array.of(SUITE_ID[this.curve]), ...points);
    return { gamma, z, publicKey, keyHash: sha256(publicKey) };
  }

  /** Proofs of knowledge of γ and of z. */
  keyProof({ gamma, z, keyHash }: BbsKeys, nonces: readonly bigint[]): Uint8Array {
    const prove = (name: string, secret: bigint, nonce: bigint) => {
      const c = challenge(`IMIS-v1/bbs/${name}-key`, [keyHash, this.base(nonce)]);
      return concatBytes(c, this.math.response(nonce, c, secret));
    };
    return concatBytes(prove('issuing', gamma, nonces[0]!), prove('opening', z, nonces[1]!));
  }

  /** W ‖ V ‖ Z of a public key. */
  keyPoints({ publicKey }: BbsKeys): Uint8Array {
    return publicKey.subarray(1 + this.math.encodeG2(this.math.g2).length);
  }

  /** A = (P1 + D)/(γ + e). */
  credentialPoint(gamma: bigint, d: Uint8Array, e: bigint): Uint8Array {
    const inverse = this.math.g1.inverseScalar(this.math.mod(gamma + e));
    return this.times(this.sum(this.p1, d), inverse);
  }

  /** A ‖ e ‖ proof ‖ W ‖ V ‖ Z (eq. 4); `gamma` is what the proof is made with. */
  credential(
    keys: BbsKeys,
    { a, e }: { readonly a: Uint8Array; readonly e: bigint },
    { freshness, d }: { readonly freshness: Uint8Array; readonly d: Uint8Array },
    nonce: bigint,
    gamma = keys.gamma,
  ): Uint8Array {
    const c = challenge('IMIS-v1/bbs/join', [
      freshness,
      d,
      keys.keyHash,
      a,
      scalarBytes(e),
      this.base(nonce),
      this.times(a, nonce),
    ]);
    return concatBytes(a, scalarBytes(e), c, this.math.response(nonce, c, gamma), this.keyPoints(keys));
  }

  /** The card's seed of one run and the secrets drawn from it. */
  secrets(
    sk: bigint,
    fresh: Uint8Array,
    counter: number,
  ): { readonly seed: Uint8Array; readonly secrets: Secrets } {
    const key = hmac(fresh, scalarBytes(sk));
    const seed = expand(key, nonceInfo('bbs-seed', counter, 0), 32);
    const draw = (use: string, index: number) =>
      this.math.mod(fromBytes(expand(seed, nonceInfo(use, 0, index), 48)));
    const secrets = {
      rho: draw('bbs-rho', 0),
      tau: draw('bbs-tau', 1),
      kRho: draw('bbs-k', 2),
      kEpsilon: draw('bbs-k', 3),
      kSk: draw('bbs-k', 4),
      kTau: draw('bbs-k', 5),
    };
    return { seed, secrets };
  }

  /** The points of a member's signature and what is true of them. */
  claim(keys: BbsKeys, member: BbsMember, { rho, tau }: Pick<Secrets, 'rho' | 'tau'>): Claim {
    const { math } = this;
    const a = this.times(member.a, math.g1.inverseScalar(rho));
    return {
      a,
      aBar: this.times(a, keys.gamma),
      t1: this.base(tau),
      t2: this.sum(this.base(member.sk), this.base(keys.z * tau)),
      rho,
      epsilon: math.mod(member.e * rho),
      sk: member.sk,
      tau,
    };
  }

  /** Commitments, challenge and responses, whether the claim is true or not. */
  prove(
    keys: BbsKeys,
    claim: Claim,
    secrets: Secrets,
    signed: Signed,
  ): BbsParts & { readonly h: Uint8Array } {
    const { a, aBar, t1, t2 } = claim;
    const { kRho, kEpsilon, kSk, kTau } = secrets;
    const points = [a, aBar, t1, t2];
    const h = sha256(
      framed('IMIS-v1/bbs/commitment', [
        ...points,
        this.base(kTau),
        this.sum(this.base(kSk), this.base(keys.z * kTau)),
        this.sum(this.times(aBar, kRho), this.times(a, kEpsilon), this.base(-kSk)),
      ]),
    );
    const c = challenge(signed.domain, [keys.keyHash, epochBytes(signed.epoch), h, signed.statement]);
    const respond = (nonce: bigint, secret: bigint) => this.math.response(nonce, c, secret);
    const responses = [
      respond(kRho, claim.rho),
      respond(kEpsilon, claim.epsilon),
      respond(kSk, claim.sk),
      respond(kTau, claim.tau),
    ];
    return { points, c, responses, h };
  }

  /** Proof that log_g(Z) = log_T1(T2 − D), by whoever believes in `z`. */
  openingProof(z: bigint, nonce: bigint, t1: Uint8Array, binding: readonly Uint8Array[]): Uint8Array {
    const c = challenge('IMIS-v1/open', [...binding, this.base(nonce), this.times(t1, nonce)]);
    return concatBytes(c, this.math.response(nonce, c, z));
  }
}

export const joinBbs = ({ points, c, responses }: BbsParts): Uint8Array =>
  concatBytes(...points, c, ...responses);

/** P1: the first x of a curve point among the hashes, its even y, times the cofactor. */
function hashedPoint({ curve, g1 }: PsG1): Point {
  const { Fp } = (curve === 'bls12381' ? bls12_381 : bn254).fields;
  const [b, cofactor] = curve === 'bls12381' ? [4n, 0x396c8c005555e1568c00aaab0000aaabn] : [3n, 1n];
  for (let i = 0; ; i++) {
    const half = (k: number) =>
      sha256(framed('IMIS-v1/bbs/P1', [utf8ToBytes(curve), uintToBytes(i, 4), Uint8Array.of(k)]));
    const x = fromBytes(concatBytes(half(0), half(1))) % Fp.ORDER;
    const square = Fp.add(Fp.mul(Fp.sqr(x), x), b);
    const root = Fp.pow(square, (Fp.ORDER + 1n) / 4n);
    if (!Fp.eql(Fp.sqr(root), square)) continue;
    return g1.multiply({ x, y: root % 2n === 0n ? root : Fp.neg(root) }, cofactor)!;
  }
}

function nonceInfo(use: string, counter: number, draw: number): Uint8Array {
  return framed(`IMIS-v1/nonce/${use}`, [uintToBytes(counter, 8), uintToBytes(draw, 4)]);
}

function hmac(key: Uint8Array, message: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac('sha256', key).update(message).digest());
}

/** HKDF-Expand (RFC 5869, 2.3) to at most two blocks. */
function expand(key: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  const first = hmac(key, concatBytes(info, Uint8Array.of(1)));
  const second = hmac(key, concatBytes(first, info, Uint8Array.of(2)));
  return concatBytes(first, second).subarray(0, length);
}
