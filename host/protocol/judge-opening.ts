/** A judge's view of an opening: the proof, the register that the judge has verified, and whom it names. */

import {
  type ClaimedOpening,
  type MclGroupVerifier,
  type OpeningVerdict,
  verifyOpening,
} from '../crypto/group-signature/index.js';
import type { VerifiedJoins } from './join-record.js';

export type JudgedOpening =
  /** Where NHI made the member key it may have signed itself. */
  | { readonly ok: true; readonly signer: 'the doctor' | 'the doctor or NHI' }
  | Exclude<OpeningVerdict, { readonly ok: true }>;

/** Who signed, as far as the opening proves it; the holder of the doctor's card is as far as any proof goes. */
export function judgeOpening(
  verifier: MclGroupVerifier,
  opening: ClaimedOpening,
  joins: VerifiedJoins,
): JudgedOpening {
  const verdict = verifyOpening(verifier, opening, joins);
  if (!verdict.ok) return verdict;
  const mode = joins.modeOf(opening.membershipKey);
  return { ok: true, signer: mode === 'issuer-made' ? 'the doctor or NHI' : 'the doctor' };
}
