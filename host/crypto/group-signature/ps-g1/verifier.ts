/** Verification of PS-G1 group signatures: one rule for every verifier. */

import { challengeScalar, type GroupSuite } from '../../../../apdu/index.js';
import type {
  CheckedSignature,
  GroupSignatureVerdict,
  LoadedMclVerifier,
  MclGroupVerifier,
  PublishedGroupKey,
  SignedStatement,
} from '../group-verifier.js';
import { verifyOne } from '../group-verifier.js';
import type { Fr, G1, HostCurve, PreparedG2 } from '../host-curve.js';
import { verifyGroupKeyProof } from './group-key-proof.js';
import { readPublicKey, readSignature } from './read.js';

/** Loads a group key: format, subgroup, X~ and Y~ ≠ O, proof of knowledge. */
export function loadPsVerifier(
  curve: HostCurve,
  suite: GroupSuite,
  key: PublishedGroupKey,
): LoadedMclVerifier {
  const read = readPublicKey(key.publicKey);
  if (!read.ok) return read;
  const x = curve.decodeG2(read.x);
  if (!x.ok) return x;
  const y = curve.decodeG2(read.y);
  if (!y.ok) return y;
  if (!verifyGroupKeyProof(curve, read.groupKeyHash, x.point, y.point, key.proof)) {
    return { ok: false, reason: 'proof' };
  }
  const lines = { x: curve.prepare(x.point), y: curve.prepare(y.point), g: curve.prepare(curve.g2) };
  return { ok: true, verifier: new PsVerifier(curve, suite, key.epoch, read.groupKeyHash, lines) };
}

/** The verifier as one of this scheme. @throws {TypeError} when it is of another. */
export function psVerifier(verifier: MclGroupVerifier): PsVerifier {
  if (verifier instanceof PsVerifier) return verifier;
  throw new TypeError(`a verifier of ${verifier.suite.name} is none of PS-G1`);
}

/** Line coefficients of the fixed G2 arguments X~, Y~, g~. */
type Lines = { readonly x: PreparedG2; readonly y: PreparedG2; readonly g: PreparedG2 };

/** A = (s/c)·s1 − (1/c)·U, which is sk·s1 for an honest signer; s1; s2. */
export type PsPoints = readonly [a: G1, s1: G1, s2: G1];

/** Verifies under one key. */
export class PsVerifier implements MclGroupVerifier<PsPoints> {
  constructor(
    readonly curve: HostCurve,
    readonly suite: GroupSuite,
    readonly epoch: number,
    readonly groupKeyHash: Uint8Array,
    private readonly lines: Lines,
  ) {}

  verify(signed: SignedStatement): GroupSignatureVerdict {
    return verifyOne(this, signed);
  }

  check(signed: SignedStatement): CheckedSignature<PsPoints> {
    const { curve } = this;
    const read = readSignature(this.suite, this, signed);
    if (!read.ok) return read;
    const s1 = curve.decodeG1(read.parts.s1);
    if (!s1.ok) return s1;
    const s2 = curve.decodeG1(read.parts.s2);
    if (!s2.ok) return s2;
    const commitment = curve.decodeG1(read.parts.commitment);
    if (!commitment.ok) return commitment;
    const a = this.member(s1.point, commitment.point, {
      challenge: curve.scalar(challengeScalar(read.challenge)),
      response: curve.scalar(read.parts.response),
    });
    if (a.isZero()) return { ok: false, reason: 'degenerate' };
    return { ok: true, points: [a, s1.point, s2.point] };
  }

  /** e(A, Y~)·e(s1, X~)·e(−s2, g~) = 1, with one final exponentiation. */
  equationHolds([a, s1, s2]: PsPoints): boolean {
    const { x, y, g } = this.lines;
    return this.curve.productIsOne([
      [a, y],
      [s1, x],
      [this.curve.lib.neg(s2), g],
    ]);
  }

  dispose(): void {
    for (const lines of Object.values(this.lines)) lines.destroy();
  }

  /** (s/c)·s1 − (1/c)·U. */
  private member(s1: G1, commitment: G1, { challenge, response }: Record<'challenge' | 'response', Fr>): G1 {
    const { lib } = this.curve;
    const inverse = lib.inv(challenge);
    return lib.mulVec([s1, commitment], [lib.mul(response, inverse), lib.neg(inverse)]);
  }
}
