/** What verifies group signatures of one epoch, whichever scheme it is and whichever library it computes with. */

import { challengeOf, equalBytes, type GroupSuite } from '../../../apdu/index.js';
import { sha256 } from '../sha256.js';
import type { G1, HostCurve } from './host-curve.js';

export type SignedStatement = {
  /** Domain tag of the statement, such as `IMIS-v1/gs/eq7`. */
  readonly domain: string;
  /** Canonical TLV of the statement's fields. */
  readonly statement: Uint8Array;
  readonly signature: Uint8Array;
};

/** The first check that failed. */
export type GroupSignatureFault =
  /** Not the suite's length. */
  | 'length'
  /** A response is not below the order. */
  | 'response-range'
  /** A point is not the canonical encoding of a curve point. */
  | 'encoding'
  /** A point is the point at infinity. */
  | 'infinity'
  /** A point is outside the subgroup. */
  | 'subgroup'
  /** c = 0. */
  | 'zero-challenge'
  /** The challenge is not the hash of the commitments that the responses give. */
  | 'challenge'
  /** What the responses give is the point at infinity. */
  | 'degenerate'
  /** The pairing equation does not hold. */
  | 'equation';

export type GroupSignatureVerdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: GroupSignatureFault };

/** Verifies under one group public key and epoch; opening, batches and revocation are services around it. */
export interface GroupVerifier {
  readonly suite: GroupSuite;
  readonly epoch: number;
  /** SHA-256 of the group public key. */
  readonly groupKeyHash: Uint8Array;
  verify(signed: SignedStatement): GroupSignatureVerdict;
  /** Frees what was precomputed for the key. */
  dispose(): void;
}

/**
 * Arguments of the pairing equation of one signature, in the scheme's order. The equation is linear: it
 * holds for weighted sums over a batch when it holds for each, and otherwise only by chance.
 */
export type EquationPoints = readonly G1[];

/** A signature of which every check but the pairing equation has passed. */
export type CheckedSignature<P extends EquationPoints = EquationPoints> =
  | { readonly ok: true; readonly points: P }
  | { readonly ok: false; readonly reason: GroupSignatureFault };

/** A verifier on mcl-wasm or the accelerated engine; its two halves serve batches and openings. */
export interface MclGroupVerifier<P extends EquationPoints = EquationPoints> extends GroupVerifier {
  readonly curve: HostCurve;
  /** Every check of one signature that is no pairing. */
  check(signed: SignedStatement): CheckedSignature<P>;
  /** The pairing equation, with one final exponentiation. */
  equationHolds(points: P): boolean;
}

/** A group public key as its services publish it; its signature by NHI is checked by the caller. */
export type PublishedGroupKey = {
  readonly epoch: number;
  /** Suite identifier, then what the scheme writes. */
  readonly publicKey: Uint8Array;
  /** Proofs of knowledge of its secrets, as the scheme writes them. */
  readonly proof: Uint8Array;
};

export type GroupKeyFault =
  | 'format'
  /** The key is for another curve than the one loaded. */
  | 'suite'
  | 'encoding'
  | 'infinity'
  | 'subgroup'
  | 'proof';
export type LoadedVerifier =
  | { readonly ok: true; readonly verifier: GroupVerifier }
  | { readonly ok: false; readonly reason: GroupKeyFault };
export type LoadedMclVerifier =
  | { readonly ok: true; readonly verifier: MclGroupVerifier }
  | { readonly ok: false; readonly reason: GroupKeyFault };

/** The whole verification of one signature. */
export function verifyOne<P extends EquationPoints>(
  verifier: MclGroupVerifier<P>,
  signed: SignedStatement,
): GroupSignatureVerdict {
  const checked = verifier.check(signed);
  if (!checked.ok) return checked;
  return verifier.equationHolds(checked.points) ? { ok: true } : { ok: false, reason: 'equation' };
}

/** Whether two challenges are one; public data. */
export function sameChallenge(digestInput: Uint8Array, challenge: Uint8Array): boolean {
  return equalBytes(challengeOf(sha256(digestInput)), challenge);
}
