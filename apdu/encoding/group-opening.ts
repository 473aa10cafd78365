/** Proof that a group signature was opened to the right member: what it hashes, and its wire format c' ‖ S~. */

import { concatBytes, uintToBytes, utf8ToBytes } from '../bytes.js';
import { DOMAIN } from './domain.js';
import type { GroupSuite } from './group-suite.js';
import { CHALLENGE_BYTES, hashInput } from './transcript.js';

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
export function openingProofBytes(suite: GroupSuite): number {
  return CHALLENGE_BYTES + suite.g2Bytes;
}

export function joinOpeningProof({ challenge, response }: OpeningProof): Uint8Array {
  return concatBytes(challenge, response);
}

/** The parts as views, or `undefined` for a wrong length. The point is not checked here. */
export function splitOpeningProof(suite: GroupSuite, proof: Uint8Array): OpeningProof | undefined {
  if (proof.length !== openingProofBytes(suite)) return undefined;
  return { challenge: proof.subarray(0, CHALLENGE_BYTES), response: proof.subarray(CHALLENGE_BYTES) };
}

/** Everything that an opening says; a proof holds for exactly this. */
export type OpeningBinding = {
  /** The judge's fresh nonce. */
  readonly judgeNonce: Uint8Array;
  /** SHA-256 of the group public key. */
  readonly groupKeyHash: Uint8Array;
  readonly epoch: number;
  /** Domain tag of the signed statement. */
  readonly domain: string;
  /** Canonical TLV of the signed statement. */
  readonly statement: Uint8Array;
  readonly signature: Uint8Array;
  /** ID_D. */
  readonly doctorId: string;
  /** D, encoded G1 point. */
  readonly membershipKey: Uint8Array;
};

/** Commitments in GT, encoded: T1 = e(s1, R~) and T2 = e(g, R~). */
export type OpeningCommitments = { readonly t1: Uint8Array; readonly t2: Uint8Array };

/** Length of an encoded element of GT, bytes. */
export function gtBytes(suite: GroupSuite): number {
  return 6 * suite.g1AffineBytes;
}

/**
 * Input of the challenge c'. An element of GT is encoded as the twelve coefficients of the tower
 * Fp2 – Fp6 – Fp12, lowest first, each big-endian at the length of the field.
 */
export function openingProofInput(binding: OpeningBinding, { t1, t2 }: OpeningCommitments): Uint8Array {
  return hashInput(DOMAIN.open, [
    binding.judgeNonce,
    binding.groupKeyHash,
    uintToBytes(binding.epoch, 4),
    utf8ToBytes(binding.domain),
    binding.statement,
    binding.signature,
    utf8ToBytes(binding.doctorId),
    binding.membershipKey,
    t1,
    t2,
  ]);
}
