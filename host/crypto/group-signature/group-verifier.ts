/** What verifies group signatures of one epoch, whichever library it computes with. */

import type { GroupSuite } from '../../../apdu/index.js';
import {
  challengeOf,
  equalBytes,
  type GroupSignatureParts,
  groupChallengeInput,
  isScalar,
  splitGroupPublicKey,
  splitGroupSignature,
} from '../../../apdu/index.js';
import { sha256 } from '../sha256.js';

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
  /** s is not below the order. */
  | 'response-range'
  /** s1, s2 or U is not the canonical encoding of a curve point. */
  | 'encoding'
  /** s1, s2 or U is the point at infinity. */
  | 'infinity'
  /** s1, s2 or U is outside the subgroup. */
  | 'subgroup'
  /** c = 0. */
  | 'zero-challenge'
  /** (s/c)·s1 − (1/c)·U is the point at infinity. */
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

/** A group public key as the issuing service publishes it; its signature by NHI is checked by the caller. */
export type PublishedGroupKey = {
  readonly epoch: number;
  /** Suite ‖ g~ ‖ X~ ‖ Y~. */
  readonly publicKey: Uint8Array;
  /** Proof of knowledge of x and y, 95 bytes. */
  readonly proof: Uint8Array;
};

export type GroupKeyFault = 'format' | 'suite' | 'encoding' | 'infinity' | 'subgroup' | 'proof';
export type LoadedVerifier =
  | { readonly ok: true; readonly verifier: GroupVerifier }
  | { readonly ok: false; readonly reason: GroupKeyFault };

/** The checks that need no curve arithmetic: length, range of s, c ≠ 0. */
export function readSignature(
  suite: GroupSuite,
  key: { readonly epoch: number; readonly groupKeyHash: Uint8Array },
  { domain, statement, signature }: SignedStatement,
):
  | { readonly ok: true; readonly parts: GroupSignatureParts; readonly challenge: Uint8Array }
  | { readonly ok: false; readonly reason: GroupSignatureFault } {
  const parts = splitGroupSignature(suite, signature);
  if (!parts) return { ok: false, reason: 'length' };
  if (!isScalar(suite, parts.response)) return { ok: false, reason: 'response-range' };
  const { epoch, groupKeyHash } = key;
  const challenge = challengeOf(
    sha256(groupChallengeInput({ ...parts, domain, groupKeyHash, epoch, statement })),
  );
  if (challenge.every((byte) => byte === 0)) return { ok: false, reason: 'zero-challenge' };
  return { ok: true, parts, challenge };
}

/** The public key's parts when it is of the wanted suite and carries the standard generator. */
export function readPublicKey(suite: GroupSuite, publicKey: Uint8Array) {
  const parts = splitGroupPublicKey(publicKey);
  if (!parts) return { ok: false, reason: 'format' } as const;
  if (parts.suite.id !== suite.id) return { ok: false, reason: 'suite' } as const;
  return { ok: true, x: parts.x, y: parts.y, groupKeyHash: sha256(publicKey) } as const;
}

/** Whether two challenges are one; public data. */
export function sameChallenge(digestInput: Uint8Array, challenge: Uint8Array): boolean {
  return equalBytes(challengeOf(sha256(digestInput)), challenge);
}
