/**
 * Proof of opening: knowledge of T~ with e(s1, T~) = e(W, g~) and e(g, T~) = e(D, g~), without showing T~.
 * It convinces anybody that the card with D's sk signed, even against NHI; not who held the card.
 */

import type { G1, G2 } from 'mcl-wasm';
import {
  challengeOf,
  challengeScalar,
  DOMAIN,
  joinOpeningProof,
  type OpeningBinding,
  openingProofInput,
  splitOpeningProof,
} from '../../../apdu/index.js';
import { hedgedScalar } from '../hedged-scalar.js';
import type { Rng } from '../random.js';
import { sha256 } from '../sha256.js';
import { type GroupSignatureFault, type SignedStatement, sameChallenge } from './group-verifier.js';
import type { MclCurve } from './mcl.js';
import { type OpenableMember, SignerTest } from './opener.js';
import type { MclGroupVerifier } from './verifier.js';

export type OpeningToProve = {
  readonly signed: SignedStatement;
  readonly member: Omit<OpenableMember, 'hintKey'>;
  /** The judge's fresh nonce, to which the proof is bound. */
  readonly judgeNonce: Uint8Array;
};

export type OpeningNonce = {
  readonly rng: Rng;
  /** Never used before by the opening service. */
  readonly counter: number;
};

/** The proof, c' ‖ S~; `undefined` when the signature is bad or not this member's: nothing true to prove. */
export function proveOpening(
  verifier: MclGroupVerifier,
  { signed, member, judgeNonce }: OpeningToProve,
  { rng, counter }: OpeningNonce,
): Uint8Array | undefined {
  const checked = verifier.check(signed);
  if (!checked.ok || !verifier.equationHolds(checked.points)) return undefined;
  if (!new SignerTest(verifier, checked.points).is(member)) return undefined;
  const { curve } = verifier;
  const { mcl, g1, g2, suite } = curve;
  const { openingKey, doctorId, membershipKey } = member;
  const inputs = { secret: openingKey, counter, domain: DOMAIN.nonceOpening };
  const r = mcl.mul(g2, curve.scalar(hedgedScalar(rng, suite.order, inputs)));
  const commitments = {
    t1: curve.encodeGt(mcl.pairing(checked.points.s1, r)),
    t2: curve.encodeGt(mcl.pairing(g1, r)),
  };
  const binding = bindingOf(verifier, { signed, doctorId, membershipKey, judgeNonce });
  const challenge = challengeOf(sha256(openingProofInput(binding, commitments)));
  const key = curve.decodeG2(openingKey);
  if (!key.ok) return undefined;
  const response = mcl.add(r, mcl.mul(key.point, curve.scalar(challengeScalar(challenge))));
  return joinOpeningProof({ challenge, response: curve.encodeG2(response) });
}

/** What an opening claims towards an outsider. */
export type ClaimedOpening = {
  readonly signed: SignedStatement;
  readonly doctorId: string;
  readonly membershipKey: Uint8Array;
  /** The nonce that the judge gave for this opening. */
  readonly judgeNonce: Uint8Array;
  readonly proof: Uint8Array;
};

/** The public register of joins, as the judge has checked it: chain, proofs of sk, SK_D's signature, Cert_D. */
export interface JoinRecords {
  /** Whether a join of this ID_D with exactly this D stands in it. */
  hasJoined(doctorId: string, membershipKey: Uint8Array): boolean;
}

export type OpeningVerdict =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly reason:
        | GroupSignatureFault
        /** No join record of this doctor has this D: the opening is void. */
        | 'unregistered'
        /** Not the length of a proof, or S~ is no point. */
        | 'proof-format'
        | 'proof';
    };

/** An outsider's verification; needs the group public key and the join register, no secret. */
export function verifyOpening(
  verifier: MclGroupVerifier,
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
  const parts = splitOpeningProof(curve.suite, opening.proof);
  const response = parts && curve.decodeG2(parts.response);
  if (!response?.ok) return { ok: false, reason: 'proof-format' };
  const { a, s1 } = checked.points;
  const commitments = {
    t1: commitmentOf(curve, [s1, response.point], a, parts!.challenge),
    t2: commitmentOf(curve, [curve.g1, response.point], d.point, parts!.challenge),
  };
  const input = openingProofInput(bindingOf(verifier, opening), commitments);
  return sameChallenge(input, parts!.challenge) ? { ok: true } : { ok: false, reason: 'proof' };
}

/** e(P, S~)·e(Q, g~)^−c', encoded: T1 for (s1, W), T2 for (g, D). */
function commitmentOf(
  curve: MclCurve,
  [p, response]: readonly [G1, G2],
  q: G1,
  challenge: Uint8Array,
): Uint8Array {
  const { mcl, g2 } = curve;
  const minusQ = mcl.neg(mcl.mul(q, curve.scalar(challengeScalar(challenge))));
  return curve.encodeGt(mcl.finalExp(mcl.mul(mcl.millerLoop(p, response), mcl.millerLoop(minusQ, g2))));
}

function bindingOf(
  { groupKeyHash, epoch }: MclGroupVerifier,
  { signed, doctorId, membershipKey, judgeNonce }: Omit<ClaimedOpening, 'proof'>,
): OpeningBinding {
  return { judgeNonce, groupKeyHash, epoch, ...signed, doctorId, membershipKey };
}
