/** BBS: wire format of a group signature, A' ‖ Ā ‖ T1 ‖ T2 ‖ c ‖ s_ρ ‖ s_ε ‖ s_sk ‖ s_τ, and what c hashes. */

import { concatBytes, uintToBytes } from '../bytes.js';
import { DOMAIN } from './domain.js';
import type { GroupSuite } from './group-suite.js';
import { SCALAR_BYTES } from './pairing-curve.js';
import { CHALLENGE_BYTES, hashInput } from './transcript.js';

export type BbsSignaturePoints = {
  /** A' = r·A, encoded G1 point. */
  readonly a: Uint8Array;
  /** Ā = γ·A', encoded G1 point. */
  readonly aBar: Uint8Array;
  /** T1 = τ·g, encoded G1 point. */
  readonly t1: Uint8Array;
  /** T2 = D + τ·Z, encoded G1 point. */
  readonly t2: Uint8Array;
};

/** Four scalars, 32 bytes each, one for each secret of the proof. */
export type BbsResponses = {
  /** For ρ = 1/r. */
  readonly rho: Uint8Array;
  /** For ε = e/r. */
  readonly epsilon: Uint8Array;
  readonly sk: Uint8Array;
  readonly tau: Uint8Array;
};

export type BbsSignatureParts = {
  readonly points: BbsSignaturePoints;
  /** c, 31 bytes. */
  readonly challenge: Uint8Array;
  readonly responses: BbsResponses;
};

/** @throws {RangeError} when the parts together have a length that is not the suite's. */
export function joinBbsSignature(
  suite: GroupSuite,
  { points, challenge, responses }: BbsSignatureParts,
): Uint8Array {
  const { a, aBar, t1, t2 } = points;
  const { rho, epsilon, sk, tau } = responses;
  const signature = concatBytes(a, aBar, t1, t2, challenge, rho, epsilon, sk, tau);
  if (signature.length !== suite.signatureBytes) {
    throw new RangeError(`a signature of ${suite.name} has ${suite.signatureBytes} bytes`);
  }
  return signature;
}

/** The parts of a signature as views, or `undefined` for a wrong length. The parts are not checked here. */
export function splitBbsSignature(suite: GroupSuite, signature: Uint8Array): BbsSignatureParts | undefined {
  if (signature.length !== suite.signatureBytes) return undefined;
  const n = suite.curve.g1Bytes;
  const challengeAt = 4 * n;
  const response = (index: number) => {
    const at = challengeAt + CHALLENGE_BYTES + index * SCALAR_BYTES;
    return signature.subarray(at, at + SCALAR_BYTES);
  };
  return {
    points: splitBbsPoints(suite, signature.subarray(0, challengeAt)),
    challenge: signature.subarray(challengeAt, challengeAt + CHALLENGE_BYTES),
    responses: { rho: response(0), epsilon: response(1), sk: response(2), tau: response(3) },
  };
}

/** The four points of 4·g1Bytes, as views. */
export function splitBbsPoints({ curve }: GroupSuite, bytes: Uint8Array): BbsSignaturePoints {
  const n = curve.g1Bytes;
  const at = (index: number) => bytes.subarray(index * n, (index + 1) * n);
  return { a: at(0), aBar: at(1), t1: at(2), t2: at(3) };
}

/** The commitments K1 = k_τ·g, K2 = k_sk·g + k_τ·Z and K3 = k_ρ·Ā + k_ε·A' − k_sk·g, encoded G1 points. */
export type BbsCommitments = readonly [k1: Uint8Array, k2: Uint8Array, k3: Uint8Array];

/**
 * What everything but the statement is hashed to first: the ciphertext (T1, T2) stands in it with the
 * proof, and a coupon keeps these 32 bytes in place of three points.
 */
export function bbsCommitmentInput(points: BbsSignaturePoints, commitments: BbsCommitments): Uint8Array {
  const { a, aBar, t1, t2 } = points;
  return hashInput(DOMAIN.bbsCommitment, [a, aBar, t1, t2, ...commitments]);
}

export type BbsChallengeInputs = {
  /** Domain tag of the statement, such as `IMIS-v1/gs/eq7`. */
  readonly domain: string;
  /** SHA-256 of the group public key, 32 bytes. */
  readonly groupKeyHash: Uint8Array;
  readonly epoch: number;
  /** SHA-256 of {@link bbsCommitmentInput}, 32 bytes. */
  readonly commitmentHash: Uint8Array;
  /** Canonical TLV of the statement's fields. */
  readonly statement: Uint8Array;
};

/** What the challenge c of a group signature hashes: PK_GK, epoch (4 bytes), commitments, statement. */
export function bbsChallengeInput(inputs: BbsChallengeInputs): Uint8Array {
  const { domain, groupKeyHash, epoch, commitmentHash, statement } = inputs;
  return hashInput(domain, [groupKeyHash, uintToBytes(epoch, 4), commitmentHash, statement]);
}
