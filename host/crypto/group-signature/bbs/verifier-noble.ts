/**
 * BBS: the same verification rule on noble, written without mcl: the second implementation that a fault of
 * one library cannot deceive.
 */

import {
  BBS_P1,
  bbsKeyProofInput,
  challengeScalar,
  type GroupSuite,
  isScalar,
} from '../../../../apdu/index.js';
import {
  type GroupSignatureVerdict,
  type GroupVerifier,
  type LoadedVerifier,
  type PublishedGroupKey,
  type SignedStatement,
  sameChallenge,
} from '../group-verifier.js';
import { integer, NOBLE_CURVES, type NobleCurve, type NobleG1, type NobleG2 } from '../noble-curve.js';
import { BBS_SECRETS, splitBbsKeyProof } from './key-proof.js';
import { challengeHolds, readPublicKey, readSignature } from './read.js';

type KeyPoints = { readonly w: NobleG2; readonly issuing: NobleG1; readonly opening: NobleG1 };

/** Loads a group key with the checks that every verifier makes. */
export function loadNobleBbsVerifier(suite: GroupSuite, key: PublishedGroupKey): LoadedVerifier {
  const curve = NOBLE_CURVES[suite.curve.name];
  const read = readPublicKey(key.publicKey);
  if (!read.ok) return read;
  const w = curve.decodeG2(read.w);
  if (!w.ok) return w;
  const v = curve.decodeG1(read.v);
  if (!v.ok) return v;
  const z = curve.decodeG1(read.z);
  if (!z.ok) return z;
  const points = { w: w.point, issuing: v.point, opening: z.point };
  const verifier = new NobleBbsVerifier(suite, curve, key.epoch, read.groupKeyHash, points);
  return verifier.keyHolds(key.proof) ? { ok: true, verifier } : { ok: false, reason: 'proof' };
}

class NobleBbsVerifier implements GroupVerifier {
  constructor(
    readonly suite: GroupSuite,
    private readonly curve: NobleCurve,
    readonly epoch: number,
    readonly groupKeyHash: Uint8Array,
    private readonly key: KeyPoints,
  ) {}

  verify(signed: SignedStatement): GroupSignatureVerdict {
    const { lib, decodeG1, encodeG1 } = this.curve;
    const g = lib.G1.Point.BASE;
    const read = readSignature(this.suite, signed);
    if (!read.ok) return read;
    const { points: encoded, challenge, responses } = read.parts;
    const points: NobleG1[] = [];
    for (const bytes of [encoded.a, encoded.aBar, encoded.t1, encoded.t2]) {
      const decoded = decodeG1(bytes);
      if (!decoded.ok) return decoded;
      points.push(decoded.point);
    }
    const [a, aBar, t1, t2] = points as [NobleG1, NobleG1, NobleG1, NobleG1];
    const times = (point: NobleG1, scalar: Uint8Array) => point.multiplyUnsafe(integer(scalar));
    const c = challengeScalar(challenge);
    const p1 = decodeG1(BBS_P1[this.suite.curve.name].encoded);
    if (!p1.ok) throw new Error(`P1 is no valid point: ${p1.reason}`);
    const k1 = times(g, responses.tau).subtract(times(t1, c));
    const k2 = times(g, responses.sk).add(times(this.key.opening, responses.tau)).subtract(times(t2, c));
    const k3 = times(aBar, responses.rho)
      .add(times(a, responses.epsilon))
      .subtract(times(g, responses.sk))
      .subtract(times(p1.point, c));
    if (k1.is0() || k2.is0() || k3.is0()) return { ok: false, reason: 'degenerate' };
    if (!challengeHolds(this, signed, read.parts, [encodeG1(k1), encodeG1(k2), encodeG1(k3)])) {
      return { ok: false, reason: 'challenge' };
    }
    return this.samePairing(a, this.key.w, aBar) ? { ok: true } : { ok: false, reason: 'equation' };
  }

  /** e(V, g~) = e(g, W), and both proofs of knowledge. */
  keyHolds(proof: Uint8Array): boolean {
    const { lib, encodeG1 } = this.curve;
    const g = lib.G1.Point.BASE;
    if (!this.samePairing(g, this.key.w, this.key.issuing)) return false;
    return BBS_SECRETS.every((name) => {
      const parts = splitBbsKeyProof(proof, name);
      if (!parts || !isScalar(this.suite.curve, parts.response)) return false;
      const r = g
        .multiplyUnsafe(integer(parts.response))
        .subtract(this.key[name].multiplyUnsafe(integer(parts.challenge)));
      if (r.is0()) return false;
      return sameChallenge(bbsKeyProofInput(name, this.groupKeyHash, encodeG1(r)), parts.challenge);
    });
  }

  dispose(): void {}

  /** e(p, w) = e(q, g~). */
  private samePairing(p: NobleG1, w: NobleG2, q: NobleG1): boolean {
    const { lib } = this.curve;
    const { Fp12 } = lib.fields;
    const product = lib.pairingBatch([
      { g1: p, g2: w },
      { g1: q.negate(), g2: lib.G2.Point.BASE },
    ]);
    return Fp12.eql(product, Fp12.ONE);
  }
}
