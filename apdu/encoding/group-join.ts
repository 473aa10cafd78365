/** Joining a group, the same in every scheme: D = sk·g with a proof of knowledge of sk, c ‖ z. */

import { concatBytes } from '../bytes.js';
import { DOMAIN } from './domain.js';
import { SCALAR_BYTES } from './pairing-curve.js';
import { CHALLENGE_BYTES, hashInput } from './transcript.js';

/** Length of a Schnorr proof: challenge (31 bytes) and response (32 bytes). */
export const SCHNORR_PROOF_BYTES = CHALLENGE_BYTES + SCALAR_BYTES;

export type SchnorrProof = { readonly challenge: Uint8Array; readonly response: Uint8Array };

export function joinSchnorrProof({ challenge, response }: SchnorrProof): Uint8Array {
  return concatBytes(challenge, response);
}

/** Challenge and response as views, or `undefined` for a wrong length. */
export function splitSchnorrProof(proof: Uint8Array): SchnorrProof | undefined {
  if (proof.length !== SCHNORR_PROOF_BYTES) return undefined;
  return { challenge: proof.subarray(0, CHALLENGE_BYTES), response: proof.subarray(CHALLENGE_BYTES) };
}

export type MembershipBinding = {
  /** Single-use nonce of the issuing service. */
  readonly nonce: Uint8Array;
  /** ID_D, UTF-8. */
  readonly doctorId: Uint8Array;
  /** SHA-256 of the group public key. */
  readonly groupKeyHash: Uint8Array;
  /** D = sk·g, encoded G1 point. */
  readonly membershipKey: Uint8Array;
};

/** Challenge input of the proof of knowledge of sk (eq. 3); `commitment` is an encoded G1 point. */
export function membershipProofInput(binding: MembershipBinding, commitment: Uint8Array): Uint8Array {
  const { nonce, doctorId, groupKeyHash, membershipKey } = binding;
  return hashInput(DOMAIN.join, [nonce, doctorId, groupKeyHash, membershipKey, commitment]);
}
