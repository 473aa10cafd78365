/** Verification of PS-G1 group signatures on mcl-wasm: one rule for every verifier. */

import type { Fr, G1, PrecomputedG2 } from 'mcl-wasm';
import { challengeScalar, type GroupSuite } from '../../../apdu/index.js';
import { verifyGroupKeyProof } from './group-key-proof.js';
import {
  type GroupKeyFault,
  type GroupSignatureFault,
  type GroupSignatureVerdict,
  type GroupVerifier,
  type PublishedGroupKey,
  readPublicKey,
  readSignature,
  type SignedStatement,
} from './group-verifier.js';
import type { MclCurve } from './mcl.js';

export type LoadedMclVerifier =
  | { readonly ok: true; readonly verifier: MclGroupVerifier }
  | { readonly ok: false; readonly reason: GroupKeyFault };

/** Loads a group key: format, subgroup, X~ and Y~ ≠ O, proof of knowledge; done once for each epoch. */
export function loadGroupVerifier(curve: MclCurve, key: PublishedGroupKey): LoadedMclVerifier {
  const read = readPublicKey(curve.suite, key.publicKey);
  if (!read.ok) return read;
  const x = curve.decodeG2(read.x);
  if (!x.ok) return x;
  const y = curve.decodeG2(read.y);
  if (!y.ok) return y;
  if (!verifyGroupKeyProof(curve, read.groupKeyHash, x.point, y.point, key.proof)) {
    return { ok: false, reason: 'proof' };
  }
  const { PrecomputedG2 } = curve.mcl;
  const lines = {
    x: new PrecomputedG2(x.point),
    y: new PrecomputedG2(y.point),
    g: new PrecomputedG2(curve.g2),
  };
  return { ok: true, verifier: new MclGroupVerifier(curve, key.epoch, read.groupKeyHash, lines) };
}

/** Line coefficients of the fixed G2 arguments X~, Y~, g~. */
type Lines = { readonly x: PrecomputedG2; readonly y: PrecomputedG2; readonly g: PrecomputedG2 };

/** Arguments of the pairing equation of one signature, or sums of them over a batch. */
export type EquationPoints = {
  /** A = (s/c)·s1 − (1/c)·U, which is sk·s1 for an honest signer. */
  readonly a: G1;
  readonly s1: G1;
  readonly s2: G1;
};

/** A signature of which every check but the pairing equation has passed. */
export type CheckedSignature =
  | { readonly ok: true; readonly points: EquationPoints }
  | { readonly ok: false; readonly reason: GroupSignatureFault };

/** Verifies under one key on mcl-wasm; its two halves serve batches and openings. */
export class MclGroupVerifier implements GroupVerifier {
  readonly suite: GroupSuite;

  constructor(
    readonly curve: MclCurve,
    readonly epoch: number,
    readonly groupKeyHash: Uint8Array,
    private readonly lines: Lines,
  ) {
    this.suite = curve.suite;
  }

  verify(signed: SignedStatement): GroupSignatureVerdict {
    const checked = this.check(signed);
    if (!checked.ok) return checked;
    return this.equationHolds(checked.points) ? { ok: true } : { ok: false, reason: 'equation' };
  }

  /** Every check of one signature that is no pairing. */
  check(signed: SignedStatement): CheckedSignature {
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
    return { ok: true, points: { a, s1: s1.point, s2: s2.point } };
  }

  /** e(A, Y~)·e(s1, X~)·e(−s2, g~) = 1, with one final exponentiation. */
  equationHolds({ a, s1, s2 }: EquationPoints): boolean {
    const { mcl } = this.curve;
    const { x, y, g } = this.lines;
    const two = mcl.precomputedMillerLoop2(a, y, s1, x);
    const third = mcl.precomputedMillerLoop(mcl.neg(s2), g);
    return mcl.finalExp(mcl.mul(two, third)).isOne();
  }

  dispose(): void {
    for (const lines of Object.values(this.lines)) lines.destroy();
  }

  /** (s/c)·s1 − (1/c)·U. */
  private member(s1: G1, commitment: G1, { challenge, response }: Record<'challenge' | 'response', Fr>): G1 {
    const { mcl } = this.curve;
    const inverse = mcl.inv(challenge);
    return mcl.sub(mcl.mul(s1, mcl.mul(response, inverse)), mcl.mul(commitment, inverse));
  }
}
