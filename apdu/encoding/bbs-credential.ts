/**
 * BBS: wire format of a credential, A ‖ e ‖ proof ‖ W ‖ V ‖ Z. The points of the group key come along
 * because the card knows no more of it than its hash. The proof shows that log_A(B) = log_g(V) for
 * B = P1 + D − e·A, so that the card knows a right credential from a wrong one without a pairing.
 */

import { concatBytes } from '../bytes.js';
import { bbsKeyPointsBytes } from './bbs-public-key.js';
import { DOMAIN } from './domain.js';
import { SCHNORR_PROOF_BYTES } from './group-join.js';
import type { GroupSuite } from './group-suite.js';
import { SCALAR_BYTES } from './pairing-curve.js';
import { hashInput } from './transcript.js';

export type BbsCredentialParts = {
  /** A = (P1 + D)/(γ + e), encoded G1 point. */
  readonly a: Uint8Array;
  /** e, 32 bytes. */
  readonly e: Uint8Array;
  /** Proof of equality of logarithms, 63 bytes. */
  readonly proof: Uint8Array;
  /** W ‖ V ‖ Z of the group key. */
  readonly keyPoints: Uint8Array;
};

export function joinBbsCredential({ a, e, proof, keyPoints }: BbsCredentialParts): Uint8Array {
  return concatBytes(a, e, proof, keyPoints);
}

/** The parts as views, or `undefined` for a wrong length. The parts are not checked here. */
export function splitBbsCredential(
  suite: GroupSuite,
  credential: Uint8Array,
): BbsCredentialParts | undefined {
  const { g1Bytes } = suite.curve;
  const proofAt = g1Bytes + SCALAR_BYTES;
  const keyAt = proofAt + SCHNORR_PROOF_BYTES;
  if (credential.length !== keyAt + bbsKeyPointsBytes(suite)) return undefined;
  return {
    a: credential.subarray(0, g1Bytes),
    e: credential.subarray(g1Bytes, proofAt),
    proof: credential.subarray(proofAt, keyAt),
    keyPoints: credential.subarray(keyAt),
  };
}

export type BbsCredentialBinding = {
  /** What makes the credential fresh: the nonce of the join, or the epoch (4 bytes) of a re-issue. */
  readonly freshness: Uint8Array;
  readonly membershipKey: Uint8Array;
  readonly groupKeyHash: Uint8Array;
  readonly a: Uint8Array;
  readonly e: Uint8Array;
};

/** Challenge input of the issuer's proof; the commitments k·g and k·A are encoded G1 points. */
export function bbsCredentialProofInput(
  { freshness, membershipKey, groupKeyHash, a, e }: BbsCredentialBinding,
  commitments: readonly [Uint8Array, Uint8Array],
): Uint8Array {
  return hashInput(DOMAIN.bbsCredential, [freshness, membershipKey, groupKeyHash, a, e, ...commitments]);
}
