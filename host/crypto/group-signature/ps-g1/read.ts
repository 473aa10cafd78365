/** PS-G1: the checks of signatures and keys that need no curve arithmetic, the same for both libraries. */

import {
  challengeOf,
  type GroupSuite,
  isScalar,
  type PsSignatureParts,
  psChallengeInput,
  splitPsPublicKey,
  splitPsSignature,
} from '../../../../apdu/index.js';
import { sha256 } from '../../sha256.js';
import type { GroupSignatureFault, SignedStatement } from '../group-verifier.js';

/** Length, range of s, c ≠ 0. */
export function readSignature(
  suite: GroupSuite,
  key: { readonly epoch: number; readonly groupKeyHash: Uint8Array },
  { domain, statement, signature }: SignedStatement,
):
  | { readonly ok: true; readonly parts: PsSignatureParts; readonly challenge: Uint8Array }
  | { readonly ok: false; readonly reason: GroupSignatureFault } {
  const parts = splitPsSignature(suite, signature);
  if (!parts) return { ok: false, reason: 'length' };
  if (!isScalar(suite.curve, parts.response)) return { ok: false, reason: 'response-range' };
  const { epoch, groupKeyHash } = key;
  const challenge = challengeOf(
    sha256(psChallengeInput({ ...parts, domain, groupKeyHash, epoch, statement })),
  );
  if (challenge.every((byte) => byte === 0)) return { ok: false, reason: 'zero-challenge' };
  return { ok: true, parts, challenge };
}

/** The public key's parts when it carries the standard generator. */
export function readPublicKey(publicKey: Uint8Array) {
  const parts = splitPsPublicKey(publicKey);
  if (!parts) return { ok: false, reason: 'format' } as const;
  return { ok: true, x: parts.x, y: parts.y, groupKeyHash: sha256(publicKey) } as const;
}
