/**
 * PS-G1: the same verification rule on noble, written without mcl: the second implementation that a fault of
 * one library cannot deceive. Slower; for cross-checks and for hosts without WebAssembly.
 */

import { challengeScalar, type GroupSuite, isScalar, psKeyProofInput } from '../../../../apdu/index.js';
import {
  type GroupSignatureVerdict,
  type GroupVerifier,
  type LoadedVerifier,
  type PublishedGroupKey,
  type SignedStatement,
  sameChallenge,
} from '../group-verifier.js';
import { integer, NOBLE_CURVES, type NobleCurve, type NobleG1, type NobleG2 } from '../noble-curve.js';
import { splitGroupKeyProof } from './group-key-proof.js';
import { readPublicKey, readSignature } from './read.js';

/** Loads a group key with the checks that every verifier makes. */
export function loadNoblePsVerifier(suite: GroupSuite, key: PublishedGroupKey): LoadedVerifier {
  const curve = NOBLE_CURVES[suite.curve.name];
  const read = readPublicKey(key.publicKey);
  if (!read.ok) return read;
  const x = curve.decodeG2(read.x);
  if (!x.ok) return x;
  const y = curve.decodeG2(read.y);
  if (!y.ok) return y;
  const verifier = new NobleVerifier(suite, curve, key.epoch, read.groupKeyHash, x.point, y.point);
  return verifier.proofHolds(key.proof) ? { ok: true, verifier } : { ok: false, reason: 'proof' };
}

class NobleVerifier implements GroupVerifier {
  constructor(
    readonly suite: GroupSuite,
    private readonly curve: NobleCurve,
    readonly epoch: number,
    readonly groupKeyHash: Uint8Array,
    private readonly x: NobleG2,
    private readonly y: NobleG2,
  ) {}

  verify(signed: SignedStatement): GroupSignatureVerdict {
    const { lib, decodeG1 } = this.curve;
    const { Fr, Fp12 } = lib.fields;
    const read = readSignature(this.suite, this, signed);
    if (!read.ok) return read;
    const { parts } = read;
    const points: NobleG1[] = [];
    for (const bytes of [parts.s1, parts.s2, parts.commitment]) {
      const decoded = decodeG1(bytes);
      if (!decoded.ok) return decoded;
      points.push(decoded.point);
    }
    const [s1, s2, commitment] = points as [NobleG1, NobleG1, NobleG1];
    const inverse = Fr.inv(integer(challengeScalar(read.challenge)));
    const ratio = Fr.mul(integer(parts.response), inverse);
    const a = s1.multiplyUnsafe(ratio).subtract(commitment.multiplyUnsafe(inverse));
    if (a.is0()) return { ok: false, reason: 'degenerate' };
    const product = lib.pairingBatch([
      { g1: a, g2: this.y },
      { g1: s1, g2: this.x },
      { g1: s2.negate(), g2: lib.G2.Point.BASE },
    ]);
    return Fp12.eql(product, Fp12.ONE) ? { ok: true } : { ok: false, reason: 'equation' };
  }

  /** Whether the proof shows knowledge of x and y. */
  proofHolds(proof: Uint8Array): boolean {
    const { lib, encodeG2 } = this.curve;
    const parts = splitGroupKeyProof(proof);
    if (
      !parts ||
      !isScalar(this.suite.curve, parts.responseX) ||
      !isScalar(this.suite.curve, parts.responseY)
    ) {
      return false;
    }
    const c = integer(challengeScalar(parts.challenge));
    const commitment = (response: Uint8Array, point: NobleG2) =>
      lib.G2.Point.BASE.multiplyUnsafe(integer(response)).subtract(point.multiplyUnsafe(c));
    const [rx, ry] = [commitment(parts.responseX, this.x), commitment(parts.responseY, this.y)];
    if (rx.is0() || ry.is0()) return false;
    return sameChallenge(psKeyProofInput(this.groupKeyHash, encodeG2(rx), encodeG2(ry)), parts.challenge);
  }

  dispose(): void {}
}
