/** Verification of BBS group signatures: one rule for every verifier. */

import { type BbsResponses, challengeScalar, type GroupSuite } from '../../../../apdu/index.js';
import {
  type CheckedSignature,
  type GroupSignatureVerdict,
  type LoadedMclVerifier,
  type MclGroupVerifier,
  type PublishedGroupKey,
  type SignedStatement,
  verifyOne,
} from '../group-verifier.js';
import type { Fr, G1, HostCurve, PreparedG2 } from '../host-curve.js';
import { fixedPoint } from './issuer.js';
import { verifyBbsKeyProof } from './key-proof.js';
import { challengeHolds, readPublicKey, readSignature } from './read.js';

/** Loads a group key: format, subgroups, e(V, g~) = e(g, W), knowledge of γ and z. */
export function loadBbsVerifier(
  curve: HostCurve,
  suite: GroupSuite,
  key: PublishedGroupKey,
): LoadedMclVerifier {
  const read = readPublicKey(key.publicKey);
  if (!read.ok) return read;
  const w = curve.decodeG2(read.w);
  if (!w.ok) return w;
  const v = curve.decodeG1(read.v);
  if (!v.ok) return v;
  const z = curve.decodeG1(read.z);
  if (!z.ok) return z;
  const lines = { w: curve.prepare(w.point), g: curve.prepare(curve.g2) };
  const sameGamma = curve.productIsOne([
    [v.point, lines.g],
    [curve.lib.neg(curve.g1), lines.w],
  ]);
  const points = { issuing: v.point, opening: z.point };
  if (!sameGamma || !verifyBbsKeyProof(curve, read.groupKeyHash, points, key.proof)) {
    for (const line of Object.values(lines)) line.destroy();
    return { ok: false, reason: 'proof' };
  }
  const { groupKeyHash } = read;
  return { ok: true, verifier: new BbsVerifier(curve, suite, key.epoch, groupKeyHash, z.point, lines) };
}

/** The verifier as one of this scheme. @throws {TypeError} when it is of another. */
export function bbsVerifier(verifier: MclGroupVerifier): BbsVerifier {
  if (verifier instanceof BbsVerifier) return verifier;
  throw new TypeError(`a verifier of ${verifier.suite.name} is none of BBS`);
}

/** Line coefficients of the fixed G2 arguments W, g~. */
type Lines = { readonly w: PreparedG2; readonly g: PreparedG2 };

export type BbsPoints = readonly [a: G1, aBar: G1];

/** The ciphertext of D, checked. */
export type BbsCiphertext = { readonly t1: G1; readonly t2: G1 };

type Decoded = { readonly points: BbsPoints; readonly ciphertext: BbsCiphertext };

/** Verifies under one key. */
export class BbsVerifier implements MclGroupVerifier<BbsPoints> {
  private readonly p1: G1;

  constructor(
    readonly curve: HostCurve,
    readonly suite: GroupSuite,
    readonly epoch: number,
    readonly groupKeyHash: Uint8Array,
    /** Z = z·g. */
    readonly openingPoint: G1,
    private readonly lines: Lines,
  ) {
    this.p1 = fixedPoint(curve);
  }

  verify(signed: SignedStatement): GroupSignatureVerdict {
    return verifyOne(this, signed);
  }

  check(signed: SignedStatement): CheckedSignature<BbsPoints> {
    const checked = this.checkAll(signed);
    return checked.ok ? { ok: true, points: checked.points } : checked;
  }

  /** {@link check}, and the ciphertext, which openings need. */
  checkAll(signed: SignedStatement): ({ readonly ok: true } & Decoded) | (CheckedSignature & { ok: false }) {
    const { curve } = this;
    const read = readSignature(this.suite, signed);
    if (!read.ok) return read;
    const { parts } = read;
    const a = curve.decodeG1(parts.points.a);
    if (!a.ok) return a;
    const aBar = curve.decodeG1(parts.points.aBar);
    if (!aBar.ok) return aBar;
    const t1 = curve.decodeG1(parts.points.t1);
    if (!t1.ok) return t1;
    const t2 = curve.decodeG1(parts.points.t2);
    if (!t2.ok) return t2;
    const decoded: Decoded = {
      points: [a.point, aBar.point],
      ciphertext: { t1: t1.point, t2: t2.point },
    };
    const commitments = this.commitments(decoded, parts.responses, parts.challenge);
    if (commitments.some((point) => point.isZero())) return { ok: false, reason: 'degenerate' };
    const [k1, k2, k3] = commitments.map((point) => curve.encodeG1(point));
    if (!challengeHolds(this, signed, parts, [k1!, k2!, k3!])) return { ok: false, reason: 'challenge' };
    return { ok: true, ...decoded };
  }

  /** e(A', W)·e(−Ā, g~) = 1, with one final exponentiation. */
  equationHolds([a, aBar]: BbsPoints): boolean {
    const { w, g } = this.lines;
    return this.curve.productIsOne([
      [a, w],
      [this.curve.lib.neg(aBar), g],
    ]);
  }

  dispose(): void {
    for (const lines of Object.values(this.lines)) lines.destroy();
  }

  /** K1 = s_τ·g − c·T1; K2 = s_sk·g + s_τ·Z − c·T2; K3 = s_ρ·Ā + s_ε·A' − s_sk·g − c·P1. */
  private commitments(
    { points: [a, aBar], ciphertext: { t1, t2 } }: Decoded,
    responses: BbsResponses,
    challenge: Uint8Array,
  ): readonly G1[] {
    const { curve, openingPoint } = this;
    const { lib, g1 } = curve;
    const minusC = lib.neg(curve.scalar(challengeScalar(challenge)));
    const rho = curve.scalar(responses.rho);
    const epsilon = curve.scalar(responses.epsilon);
    const sk = curve.scalar(responses.sk);
    const tau = curve.scalar(responses.tau);
    const sum = (...terms: readonly (readonly [G1, Fr])[]) =>
      lib.mulVec(
        terms.map(([point]) => point),
        terms.map(([, scalar]) => scalar),
      );
    return [
      sum([g1, tau], [t1, minusC]),
      sum([g1, sk], [openingPoint, tau], [t2, minusC]),
      sum([aBar, rho], [a, epsilon], [g1, lib.neg(sk)], [this.p1, minusC]),
    ];
  }
}
