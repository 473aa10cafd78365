/** What a proof of opening hashes, the same in every scheme but for its commitments. */

import { uintToBytes, utf8ToBytes } from '../bytes.js';
import { DOMAIN } from './domain.js';
import { hashInput } from './transcript.js';

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

/** Input of the challenge of a proof of opening; `commitments` as the scheme encodes them. */
export function openingProofInput(binding: OpeningBinding, commitments: readonly Uint8Array[]): Uint8Array {
  return hashInput(DOMAIN.open, [
    binding.judgeNonce,
    binding.groupKeyHash,
    uintToBytes(binding.epoch, 4),
    utf8ToBytes(binding.domain),
    binding.statement,
    binding.signature,
    utf8ToBytes(binding.doctorId),
    binding.membershipKey,
    ...commitments,
  ]);
}
