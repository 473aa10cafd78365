/**
 * Proof of opening: knowledge of T~ with e(s1, T~) = e(W, g~) and e(g, T~) = e(D, g~), without showing T~.
 * It convinces anybody that the card with D's sk signed, even against NHI; not who held the card.
 */

import {
  challengeOf,
  challengeScalar,
  DOMAIN,
  joinPsOpeningProof,
  psOpeningProofInput,
  splitPsOpeningProof,
} from '../../../../apdu/index.js';
import { hedgedScalar } from '../../hedged-scalar.js';
import { sha256 } from '../../sha256.js';
import {
  type ClaimedOpening,
  type JoinRecords,
  type OpenableMember,
  type OpeningNonce,
  type OpeningToProve,
  type OpeningVerdict,
  openingBinding,
} from '../group-opener.js';
import { sameChallenge } from '../group-verifier.js';
import type { G1, G2, HostCurve } from '../host-curve.js';
import { SignerTest } from './signer-test.js';
import type { PsVerifier } from './verifier.js';

export type PsOpeningToProve = OpeningToProve & { readonly member: Omit<OpenableMember, 'hintKey'> };

/** The proof, c' ‖ S~; `undefined` when the signature is bad or not this member's: nothing true to prove. */
export function provePsOpening(
  verifier: PsVerifier,
  { signed, member, judgeNonce }: PsOpeningToProve,
  { rng, counter }: OpeningNonce,
): Uint8Array | undefined {
  const checked = verifier.check(signed);
  if (!checked.ok || !verifier.equationHolds(checked.points)) return undefined;
  if (!new SignerTest(verifier, checked.points).is(member)) return undefined;
  const { curve } = verifier;
  const { lib, g1, g2, parameters } = curve;
  const { openingKey, doctorId, membershipKey } = member;
  const inputs = { secret: openingKey, counter, domain: DOMAIN.nonceOpening };
  const r = lib.mul(g2, curve.scalar(hedgedScalar(rng, parameters.order, inputs)));
  const commitments = {
    t1: curve.encodeGt(lib.pairing(checked.points[1], r)),
    t2: curve.encodeGt(lib.pairing(g1, r)),
  };
  const binding = openingBinding(verifier, { signed, doctorId, membershipKey, judgeNonce });
  const challenge = challengeOf(sha256(psOpeningProofInput(binding, commitments)));
  const key = curve.decodeG2(openingKey);
  if (!key.ok) return undefined;
  const response = lib.add(r, lib.mul(key.point, curve.scalar(challengeScalar(challenge))));
  return joinPsOpeningProof({ challenge, response: curve.encodeG2(response) });
}

/** An outsider's verification; needs the group public key and the join register, no secret. */
export function verifyPsOpening(
  verifier: PsVerifier,
  opening: ClaimedOpening,
  records: JoinRecords,
): OpeningVerdict {
  const checked = verifier.check(opening.signed);
  if (!checked.ok) return checked;
  if (!verifier.equationHolds(checked.points)) return { ok: false, reason: 'equation' };
  const { curve } = verifier;
  const d = curve.decodeG1(opening.membershipKey);
  if (!d.ok || !records.hasJoined(opening.doctorId, opening.membershipKey)) {
    return { ok: false, reason: 'unregistered' };
  }
  const parts = splitPsOpeningProof(curve.parameters, opening.proof);
  const response = parts && curve.decodeG2(parts.response);
  if (!response?.ok) return { ok: false, reason: 'proof-format' };
  const [a, s1] = checked.points;
  const commitments = {
    t1: commitmentOf(curve, [s1, response.point], a, parts!.challenge),
    t2: commitmentOf(curve, [curve.g1, response.point], d.point, parts!.challenge),
  };
  const input = psOpeningProofInput(openingBinding(verifier, opening), commitments);
  return sameChallenge(input, parts!.challenge) ? { ok: true } : { ok: false, reason: 'proof' };
}

/** e(P, S~)·e(Q, g~)^−c', encoded: T1 for (s1, W), T2 for (g, D). */
function commitmentOf(
  curve: HostCurve,
  [p, response]: readonly [G1, G2],
  q: G1,
  challenge: Uint8Array,
): Uint8Array {
  const { lib, g2 } = curve;
  const minusQ = lib.neg(lib.mul(q, curve.scalar(challengeScalar(challenge))));
  return curve.encodeGt(lib.finalExp(lib.mul(lib.millerLoop(p, response), lib.millerLoop(minusQ, g2))));
}
