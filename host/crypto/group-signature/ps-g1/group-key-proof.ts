/**
 * PS-G1: proof of knowledge of x and y for X~ = x·g~, Y~ = y·g~: one Schnorr challenge for both, c ‖ z_x ‖ z_y,
 * 95 bytes. Without it a group key could be made from another group's.
 */

import {
  CHALLENGE_BYTES,
  challengeOf,
  challengeScalar,
  concatBytes,
  isScalar,
  psKeyProofInput,
  SCALAR_BYTES,
} from '../../../../apdu/index.js';
import { sha256 } from '../../sha256.js';
import { sameChallenge } from '../group-verifier.js';
import type { Fr, G2, HostCurve } from '../host-curve.js';

export const GROUP_KEY_PROOF_BYTES = CHALLENGE_BYTES + 2 * SCALAR_BYTES;

export type GroupKeyProof = {
  readonly challenge: Uint8Array;
  readonly responseX: Uint8Array;
  readonly responseY: Uint8Array;
};

/** Parts of a proof as views, or `undefined` for a wrong length. */
export function splitGroupKeyProof(proof: Uint8Array): GroupKeyProof | undefined {
  if (proof.length !== GROUP_KEY_PROOF_BYTES) return undefined;
  return {
    challenge: proof.subarray(0, CHALLENGE_BYTES),
    responseX: proof.subarray(CHALLENGE_BYTES, CHALLENGE_BYTES + SCALAR_BYTES),
    responseY: proof.subarray(CHALLENGE_BYTES + SCALAR_BYTES),
  };
}

export type GroupKeyWitness = { readonly secret: Fr; readonly nonce: Fr };

/** Proves both witnesses for the key with hash `groupKeyHash`. */
export function proveGroupKey(
  curve: HostCurve,
  groupKeyHash: Uint8Array,
  x: GroupKeyWitness,
  y: GroupKeyWitness,
): Uint8Array {
  const { lib, g2 } = curve;
  const commitments = [x, y].map(({ nonce }) => curve.encodeG2(lib.mul(g2, nonce)));
  const challenge = challengeOf(sha256(psKeyProofInput(groupKeyHash, commitments[0]!, commitments[1]!)));
  const c = curve.scalar(challengeScalar(challenge));
  const responses = [x, y].map(({ secret, nonce }) => curve.encodeScalar(lib.add(nonce, lib.mul(c, secret))));
  return concatBytes(challenge, ...responses);
}

/** Whether `proof` shows knowledge of the discrete logarithms of the (valid) points X~ and Y~. */
export function verifyGroupKeyProof(
  curve: HostCurve,
  groupKeyHash: Uint8Array,
  x: G2,
  y: G2,
  proof: Uint8Array,
): boolean {
  const { lib, g2, parameters } = curve;
  const parts = splitGroupKeyProof(proof);
  if (!parts || !isScalar(parameters, parts.responseX) || !isScalar(parameters, parts.responseY))
    return false;
  const c = curve.scalar(challengeScalar(parts.challenge));
  const commitment = (response: Uint8Array, point: G2) =>
    lib.sub(lib.mul(g2, curve.scalar(response)), lib.mul(point, c));
  const [rx, ry] = [commitment(parts.responseX, x), commitment(parts.responseY, y)];
  if (rx.isZero() || ry.isZero()) return false;
  return sameChallenge(
    psKeyProofInput(groupKeyHash, curve.encodeG2(rx), curve.encodeG2(ry)),
    parts.challenge,
  );
}
