/** BBS: proofs that the issuing service knows γ and the opening service z, 63 bytes each, one after the other. */

import {
  BBS_KEY_PROOF_BYTES,
  bbsKeyProofInput,
  challengeOf,
  challengeScalar,
  concatBytes,
  isScalar,
  joinSchnorrProof,
  SCHNORR_PROOF_BYTES,
  splitSchnorrProof,
} from '../../../../apdu/index.js';
import { sha256 } from '../../sha256.js';
import { sameChallenge } from '../group-verifier.js';
import type { Fr, G1, HostCurve } from '../host-curve.js';

export const BBS_SECRETS = ['issuing', 'opening'] as const;
export type BbsSecretName = (typeof BBS_SECRETS)[number];

export type BbsKeyWitnesses = Readonly<Record<BbsSecretName, { readonly secret: Fr; readonly nonce: Fr }>>;

/** Proves both secrets for the key with hash `groupKeyHash`. */
export function proveBbsKey(
  curve: HostCurve,
  groupKeyHash: Uint8Array,
  witnesses: BbsKeyWitnesses,
): Uint8Array {
  const { lib, g1 } = curve;
  const proofs = BBS_SECRETS.map((name) => {
    const { secret, nonce } = witnesses[name];
    const commitment = curve.encodeG1(lib.mul(g1, nonce));
    const challenge = challengeOf(sha256(bbsKeyProofInput(name, groupKeyHash, commitment)));
    const product = lib.mul(curve.scalar(challengeScalar(challenge)), secret);
    return joinSchnorrProof({ challenge, response: curve.encodeScalar(lib.add(nonce, product)) });
  });
  return concatBytes(...proofs);
}

/** The proof of one secret, or `undefined` for a wrong length. */
export function splitBbsKeyProof(proof: Uint8Array, name: BbsSecretName) {
  if (proof.length !== BBS_KEY_PROOF_BYTES) return undefined;
  const at = BBS_SECRETS.indexOf(name) * SCHNORR_PROOF_BYTES;
  return splitSchnorrProof(proof.subarray(at, at + SCHNORR_PROOF_BYTES));
}

/** Whether the proof shows knowledge of the logarithms of the (valid) points V and Z. */
export function verifyBbsKeyProof(
  curve: HostCurve,
  groupKeyHash: Uint8Array,
  points: Readonly<Record<BbsSecretName, G1>>,
  proof: Uint8Array,
): boolean {
  const { lib, g1, parameters } = curve;
  return BBS_SECRETS.every((name) => {
    const parts = splitBbsKeyProof(proof, name);
    if (!parts || !isScalar(parameters, parts.response)) return false;
    const c = curve.scalar(challengeScalar(parts.challenge));
    const r = lib.sub(lib.mul(g1, curve.scalar(parts.response)), lib.mul(points[name], c));
    if (r.isZero()) return false;
    return sameChallenge(bbsKeyProofInput(name, groupKeyHash, curve.encodeG1(r)), parts.challenge);
  });
}
