/** What the doctor's device and the kiosk send to the opening service: a multiple of g~, never the half itself. */

import { equalBytes, OPENING_HALF, type OpeningHalf } from '../../../apdu/index.js';
import { type HostCurve, openingShare } from '../../crypto/group-signature/index.js';
import type { Rng } from '../../crypto/random.js';
import { OPENING_SHARE_MESSAGE } from '../../protocol/messages.js';
import { type Result, refusal } from '../../protocol/refusal.js';
import { newMessageId, openMessage, type SealedMessage, sealMessage } from '../../protocol/sealed-message.js';

const OPENING_SERVICE_NAME = 'NHI opening';
const ROUTE = { equation: 3, sender: 'doctor', recipient: OPENING_SERVICE_NAME } as const;

/** What the card gave a device: a half of sk, once, for one nonce, under SK_D. */
export type GivenHalf = {
  readonly doctorId: string;
  readonly membershipKey: Uint8Array;
  readonly nonce: Uint8Array;
  readonly of: OpeningHalf;
  readonly half: Uint8Array;
  readonly signature: Uint8Array;
};

/** Multiplies, erases the half and seals the product to the opening service. @throws {RangeError} for no scalar. */
export async function sealOpeningShare(
  curve: HostCurve,
  given: GivenHalf,
  sealingKey: Uint8Array,
  rng: Rng,
): Promise<SealedMessage> {
  const { doctorId, membershipKey, nonce, of, half, signature } = given;
  const share = openingShare(curve, half);
  half.fill(0);
  const messageId = newMessageId(rng);
  const statement = { doctorId, nonce, membershipKey, openingHalfOf: OPENING_HALF[of] };
  const values = { messageId, statement, signature, openingShare: share };
  return sealMessage(OPENING_SHARE_MESSAGE, values, { route: ROUTE, key: sealingKey, messageId }, rng);
}

/** The message of a device, its form checked and nothing else. */
export async function openOpeningShare(sealed: SealedMessage, secretKey: Uint8Array) {
  const opened = await openMessage(OPENING_SHARE_MESSAGE, sealed, { route: ROUTE, secretKey });
  if (!opened.ok) return opened;
  if (!equalBytes(opened.values.messageId, sealed.messageId)) return refusal('message-malformed');
  return opened satisfies Result<object>;
}
