/** PS-G1: proof that a group signature was opened to the right member: what it hashes, and its wire format c' ‖ S~. */

import { concatBytes } from '../bytes.js';
import { type OpeningBinding, openingProofInput } from './group-opening.js';
import type { PairingCurve } from './pairing-curve.js';
import { CHALLENGE_BYTES } from './transcript.js';

/**
 * The prover's R~ is no part of it: R~ and S~ together give away T~ = (S~ − R~)/c', and with it every
 * signature of that card. The verifier computes T1 and T2 from the equations instead.
 */
export type OpeningProof = {
  /** c', 31 bytes. */
  readonly challenge: Uint8Array;
  /** S~ = R~ + c'·T~, encoded G2 point. */
  readonly response: Uint8Array;
};

/** Length of a proof of opening, bytes. */
export function psOpeningProofBytes(curve: PairingCurve): number {
  return CHALLENGE_BYTES + curve.g2Bytes;
}

export function joinPsOpeningProof({ challenge, response }: OpeningProof): Uint8Array {
  return concatBytes(challenge, response);
}

/** The parts as views, or `undefined` for a wrong length. The point is not checked here. */
export function splitPsOpeningProof(curve: PairingCurve, proof: Uint8Array): OpeningProof | undefined {
  if (proof.length !== psOpeningProofBytes(curve)) return undefined;
  return { challenge: proof.subarray(0, CHALLENGE_BYTES), response: proof.subarray(CHALLENGE_BYTES) };
}

/** Commitments in GT, encoded: T1 = e(s1, R~) and T2 = e(g, R~). */
export type PsOpeningCommitments = { readonly t1: Uint8Array; readonly t2: Uint8Array };

/** Length of an encoded element of GT, bytes. */
export function gtBytes(curve: PairingCurve): number {
  return 6 * curve.g1AffineBytes;
}

/**
 * Input of the challenge c'. An element of GT is encoded as the twelve coefficients of the tower
 * Fp2 – Fp6 – Fp12, lowest first, each big-endian at the length of the field.
 */
export function psOpeningProofInput(binding: OpeningBinding, { t1, t2 }: PsOpeningCommitments): Uint8Array {
  return openingProofInput(binding, [t1, t2]);
}
