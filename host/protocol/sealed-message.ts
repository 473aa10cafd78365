/** Sealing and opening: HPKE under an info that names the step, the sender's role and the recipient. */

import {
  decodeTemplate,
  encodeHpkeInfo,
  encodeTemplate,
  type SenderRole,
  type Template,
  TlvError,
  utf8ToBytes,
  type ValuesOf,
} from '../../apdu/index.js';
import { openHpke, sealHpke } from '../crypto/hpke.js';
import type { Rng } from '../crypto/random.js';
import { type Result, refusal } from './refusal.js';

/** A message on its way: the identifier is public, the envelope is `encapsulated key ‖ ciphertext`. */
export type SealedMessage = { readonly messageId: Uint8Array; readonly envelope: Uint8Array };

/** Which step of the protocol a message belongs to and who may open it. */
export type Route = {
  readonly equation: number;
  readonly sender: SenderRole;
  /** The recipient's identifier. */
  readonly recipient: string;
};

const NO_AAD = new Uint8Array(0);

/** A fresh message identifier; it also stands under the signature inside. */
export function newMessageId(rng: Rng): Uint8Array {
  return rng.bytes(16);
}

function infoOf(route: Route, messageId: Uint8Array): Uint8Array {
  return encodeHpkeInfo({ ...route, recipient: utf8ToBytes(route.recipient), messageId });
}

/** Seals the values of a template. @throws {RangeError} for values that break the template. */
export async function sealMessage<const T extends Template>(
  template: T,
  values: ValuesOf<T>,
  to: { readonly route: Route; readonly key: Uint8Array; readonly messageId: Uint8Array },
  rng: Rng,
): Promise<SealedMessage> {
  const { route, key, messageId } = to;
  const context = { info: infoOf(route, messageId), aad: NO_AAD };
  return { messageId, envelope: await sealHpke(key, encodeTemplate(template, values), context, rng) };
}

/** Opens a message and parses it strictly; two refusals, for a broken seal and for a broken form. */
export async function openMessage<const T extends Template>(
  template: T,
  sealed: SealedMessage,
  as: { readonly route: Route; readonly secretKey: Uint8Array },
): Promise<Result<{ readonly values: ValuesOf<T> }>> {
  if (sealed.messageId.length !== 16) return refusal('message-malformed');
  const context = { info: infoOf(as.route, sealed.messageId), aad: NO_AAD };
  const plaintext = await openHpke(as.secretKey, sealed.envelope, context);
  if (!plaintext) return refusal('envelope-unreadable');
  try {
    return { ok: true, values: decodeTemplate(template, plaintext) };
  } catch (error) {
    if (error instanceof TlvError) return refusal('message-malformed');
    throw error;
  }
}
