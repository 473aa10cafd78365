/** PS-G1: wire format of a credential, σ1 ‖ σ2 ‖ proof of knowledge of u, and what that proof hashes. */

import { concatBytes } from '../bytes.js';
import { DOMAIN } from './domain.js';
import { SCHNORR_PROOF_BYTES } from './group-join.js';
import type { GroupSuite } from './group-suite.js';
import { hashInput } from './transcript.js';

export type PsCredentialParts = {
  /** σ1 = u·g, encoded G1 point. */
  readonly sigma1: Uint8Array;
  /** σ2 = x·σ1 + (u·y)·D, encoded G1 point. */
  readonly sigma2: Uint8Array;
  /** Proof of knowledge of u, 63 bytes. */
  readonly proof: Uint8Array;
};

export function joinPsCredential({ sigma1, sigma2, proof }: PsCredentialParts): Uint8Array {
  return concatBytes(sigma1, sigma2, proof);
}

/** The parts as views, or `undefined` for a wrong length. The parts are not checked here. */
export function splitPsCredential(suite: GroupSuite, credential: Uint8Array): PsCredentialParts | undefined {
  const n = suite.curve.g1Bytes;
  if (credential.length !== 2 * n + SCHNORR_PROOF_BYTES) return undefined;
  return {
    sigma1: credential.subarray(0, n),
    sigma2: credential.subarray(n, 2 * n),
    proof: credential.subarray(2 * n),
  };
}

export type PsCredentialBinding = {
  /** What makes the credential fresh: the nonce of the join, or the epoch (4 bytes) of a re-issue. */
  readonly freshness: Uint8Array;
  readonly membershipKey: Uint8Array;
  readonly groupKeyHash: Uint8Array;
  /** σ1 = u·g, encoded G1 point. */
  readonly sigma1: Uint8Array;
  /** σ2 = x·σ1 + (u·y)·D, encoded G1 point. */
  readonly sigma2: Uint8Array;
};

/** Challenge input of the proof of knowledge of u (eq. 4); `commitment` is an encoded G1 point. */
export function psCredentialProofInput(binding: PsCredentialBinding, commitment: Uint8Array): Uint8Array {
  const { freshness, membershipKey, groupKeyHash, sigma1, sigma2 } = binding;
  return hashInput(DOMAIN.joinCredential, [
    freshness,
    membershipKey,
    groupKeyHash,
    sigma1,
    sigma2,
    commitment,
  ]);
}
