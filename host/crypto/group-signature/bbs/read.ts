/** BBS: the checks of signatures and keys that need no curve arithmetic, the same for both libraries. */

import {
  type BbsCommitments,
  type BbsSignatureParts,
  bbsChallengeInput,
  bbsCommitmentInput,
  type GroupSuite,
  isScalar,
  splitBbsPublicKey,
  splitBbsSignature,
} from '../../../../apdu/index.js';
import { sha256 } from '../../sha256.js';
import { type GroupSignatureFault, type SignedStatement, sameChallenge } from '../group-verifier.js';

/** Length, ranges of the responses, c ≠ 0. */
export function readSignature(
  suite: GroupSuite,
  { signature }: SignedStatement,
):
  | { readonly ok: true; readonly parts: BbsSignatureParts }
  | { readonly ok: false; readonly reason: GroupSignatureFault } {
  const parts = splitBbsSignature(suite, signature);
  if (!parts) return { ok: false, reason: 'length' };
  for (const response of Object.values(parts.responses)) {
    if (!isScalar(suite.curve, response)) return { ok: false, reason: 'response-range' };
  }
  if (parts.challenge.every((byte) => byte === 0)) return { ok: false, reason: 'zero-challenge' };
  return { ok: true, parts };
}

/** Whether the challenge is the hash of the commitments that the responses give. */
export function challengeHolds(
  { epoch, groupKeyHash }: { readonly epoch: number; readonly groupKeyHash: Uint8Array },
  { domain, statement }: SignedStatement,
  { points, challenge }: BbsSignatureParts,
  commitments: BbsCommitments,
): boolean {
  const commitmentHash = sha256(bbsCommitmentInput(points, commitments));
  const input = bbsChallengeInput({ domain, groupKeyHash, epoch, commitmentHash, statement });
  return sameChallenge(input, challenge);
}

/** The public key's points when it carries the standard generator. */
export function readPublicKey(publicKey: Uint8Array) {
  const points = splitBbsPublicKey(publicKey);
  if (!points) return { ok: false, reason: 'format' } as const;
  return { ok: true, ...points, groupKeyHash: sha256(publicKey) } as const;
}
