/** Proof of possession of a delegation key (eq. 1): without it a rogue key could be made of somebody else's. */

import {
  challengeOf,
  type DelegationKeyBinding,
  delegationKeyProofInput,
  equalBytes,
  splitSchnorrProof,
} from '../../../apdu/index.js';
import { sha256 } from '../sha256.js';
import { combination, readPoint, readScalar, toNumber } from './p256-points.js';

/** Whether whoever made the proof (challenge ‖ response) knows the secret key of `binding.delegationKey`. */
export function verifyDelegationKeyProof(binding: DelegationKeyBinding, proof: Uint8Array): boolean {
  const parts = splitSchnorrProof(proof);
  const key = readPoint(binding.delegationKey);
  const response = parts && readScalar(parts.response);
  if (!parts || !key || response === undefined) return false;
  const commitment = combination(response, toNumber(parts.challenge), key);
  if (commitment.is0()) return false;
  const expected = challengeOf(sha256(delegationKeyProofInput(binding, commitment.toBytes(true))));
  return equalBytes(expected, parts.challenge);
}
