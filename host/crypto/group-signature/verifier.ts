/** Verification of PS-G1 group signatures on mcl-wasm: one rule for every verifier. */

import type { G1, PrecomputedG2 } from 'mcl-wasm';
import { challengeScalar, type GroupSuite } from '../../../apdu/index.js';
import { verifyGroupKeyProof } from './group-key-proof.js';
import {
  type GroupSignatureVerdict,
  type GroupVerifier,
  type LoadedVerifier,
  type PublishedGroupKey,
  readPublicKey,
  readSignature,
  type SignedStatement,
} from './group-verifier.js';
import type { MclCurve } from './mcl.js';

/** Loads a group key: format, subgroup, X~ and Y~ ≠ O, proof of knowledge; done once for each epoch. */
export function loadGroupVerifier(curve: MclCurve, key: PublishedGroupKey): LoadedVerifier {
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
  return { ok: true, verifier: new MclVerifier(curve, key.epoch, read.groupKeyHash, lines) };
}

/** Line coefficients of the fixed G2 arguments X~, Y~, g~. */
type Lines = { readonly x: PrecomputedG2; readonly y: PrecomputedG2; readonly g: PrecomputedG2 };

class MclVerifier implements GroupVerifier {
  readonly suite: GroupSuite;

  constructor(
    private readonly curve: MclCurve,
    readonly epoch: number,
    readonly groupKeyHash: Uint8Array,
    private readonly lines: Lines,
  ) {
    this.suite = curve.suite;
  }

  verify(signed: SignedStatement): GroupSignatureVerdict {
    const { curve } = this;
    const { mcl } = curve;
    const read = readSignature(this.suite, this, signed);
    if (!read.ok) return read;
    const s1 = curve.decodeG1(read.parts.s1);
    if (!s1.ok) return s1;
    const s2 = curve.decodeG1(read.parts.s2);
    if (!s2.ok) return s2;
    const commitment = curve.decodeG1(read.parts.commitment);
    if (!commitment.ok) return commitment;

    // A = (s/c)·s1 − (1/c)·U, which is sk·s1 for an honest signer
    const inverse = mcl.inv(curve.scalar(challengeScalar(read.challenge)));
    const ratio = mcl.mul(curve.scalar(read.parts.response), inverse);
    const a = mcl.sub(mcl.mul(s1.point, ratio), mcl.mul(commitment.point, inverse));
    if (a.isZero()) return { ok: false, reason: 'degenerate' };
    return this.pairingHolds(a, s1.point, s2.point) ? { ok: true } : { ok: false, reason: 'equation' };
  }

  dispose(): void {
    for (const lines of Object.values(this.lines)) lines.destroy();
  }

  /** e(A, Y~)·e(s1, X~)·e(−s2, g~) = 1, with one final exponentiation. */
  private pairingHolds(a: G1, s1: G1, s2: G1): boolean {
    const { mcl } = this.curve;
    const { x, y, g } = this.lines;
    const two = mcl.precomputedMillerLoop2(a, y, s1, x);
    const third = mcl.precomputedMillerLoop(mcl.neg(s2), g);
    return mcl.finalExp(mcl.mul(two, third)).isOne();
  }
}
