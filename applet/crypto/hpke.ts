/**
 * HPKE base mode (RFC 9180): DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, one message for each
 * context. Two multiplications to seal, one to open.
 */

import {
  concatBytes,
  HPKE_ENCAPSULATED_KEY_BYTES,
  padPlaintext,
  uintToBytes,
  unpadPlaintext,
  utf8ToBytes,
} from '../../apdu/index.js';
import type { Coprocessor, P256KeyPair } from '../runtime/coprocessor.js';
import { hkdfExpand, hkdfExtract } from './hkdf.js';

/** "KEM" ‖ 0010 and "HPKE" ‖ 0010 0001 0001 (RFC 9180, 4.1 and 5.1; identifiers of clause 7). */
const KEM_SUITE_ID = concatBytes(utf8ToBytes('KEM'), Uint8Array.of(0x00, 0x10));
const HPKE_SUITE_ID = concatBytes(utf8ToBytes('HPKE'), Uint8Array.of(0x00, 0x10, 0x00, 0x01, 0x00, 0x01));
const VERSION = utf8ToBytes('HPKE-v1');
const NONE = new Uint8Array(0);
const MODE_BASE = 0x00;
const KEY_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export type HpkeMessage = {
  readonly info: Uint8Array;
  readonly aad: Uint8Array;
  readonly plaintext: Uint8Array;
};

/** Encapsulated key (uncompressed point, 65 bytes) and ciphertext with its tag. */
export type HpkeSealed = { readonly encapsulatedKey: Uint8Array; readonly ciphertext: Uint8Array };

/**
 * Seals bytes as they are. `undefined` for an invalid recipient key.
 * @param ephemeral the sender's key pair, for known-answer tests only; drawn fresh when absent.
 */
export function hpkeSealBase(
  coprocessor: Coprocessor,
  recipientKey: Uint8Array,
  { info, aad, plaintext }: HpkeMessage,
  ephemeral?: P256KeyPair,
): HpkeSealed | undefined {
  const recipient = coprocessor.p256Uncompress(recipientKey);
  if (!recipient) return undefined;
  const { secretKey, publicKey } = ephemeral ?? coprocessor.p256GenerateKeyPair();
  const encapsulatedKey = coprocessor.p256Uncompress(publicKey);
  const shared = coprocessor.p256Ecdh(secretKey, recipient);
  if (!ephemeral) secretKey.fill(0);
  if (!encapsulatedKey || !shared) return undefined;
  const context = keySchedule(coprocessor, shared, concatBytes(encapsulatedKey, recipient), info);
  const ciphertext = coprocessor.aes128GcmSeal(context.key, context.nonce, aad, plaintext);
  context.key.fill(0);
  return { encapsulatedKey, ciphertext };
}

/** Opens what {@link hpkeSealBase} sealed; `undefined` for an invalid point, a wrong key or altered bytes. */
export function hpkeOpenBase(
  coprocessor: Coprocessor,
  recipientKeys: P256KeyPair,
  { encapsulatedKey, ciphertext }: HpkeSealed,
  info: Uint8Array,
  aad: Uint8Array,
): Uint8Array | undefined {
  const recipient = coprocessor.p256Uncompress(recipientKeys.publicKey);
  // clause 7.1.1: the encapsulated key is an uncompressed point
  if (!recipient || encapsulatedKey.length !== HPKE_ENCAPSULATED_KEY_BYTES) return undefined;
  const shared = coprocessor.p256Ecdh(recipientKeys.secretKey, encapsulatedKey);
  if (!shared || ciphertext.length < TAG_BYTES) return undefined;
  const context = keySchedule(coprocessor, shared, concatBytes(encapsulatedKey, recipient), info);
  const plaintext = coprocessor.aes128GcmOpen(context.key, context.nonce, aad, ciphertext);
  context.key.fill(0);
  return plaintext;
}

/** Seals a padded plaintext into one envelope: encapsulated key ‖ ciphertext. */
export function sealEnvelope(
  coprocessor: Coprocessor,
  recipientKey: Uint8Array,
  message: HpkeMessage,
): Uint8Array | undefined {
  const padded = padPlaintext(message.plaintext);
  const sealed = coprocessor.hold(padded.length, () =>
    hpkeSealBase(coprocessor, recipientKey, { ...message, plaintext: padded }),
  );
  return sealed && concatBytes(sealed.encapsulatedKey, sealed.ciphertext);
}

/** The plaintext of an envelope, or `undefined` when any byte of it, of `info` or of `aad` is wrong. */
export function openEnvelope(
  coprocessor: Coprocessor,
  recipientKeys: P256KeyPair,
  envelope: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
): Uint8Array | undefined {
  const sealed = {
    encapsulatedKey: envelope.subarray(0, HPKE_ENCAPSULATED_KEY_BYTES),
    ciphertext: envelope.subarray(HPKE_ENCAPSULATED_KEY_BYTES),
  };
  const padded = hpkeOpenBase(coprocessor, recipientKeys, sealed, info, aad);
  return padded && unpadPlaintext(padded);
}

/** Key and base nonce from the Diffie–Hellman value; erases the value (clauses 4.1 and 5.1). */
function keySchedule(
  coprocessor: Coprocessor,
  diffieHellman: Uint8Array,
  kemContext: Uint8Array,
  info: Uint8Array,
): { readonly key: Uint8Array; readonly nonce: Uint8Array } {
  const kem = labelled(coprocessor, KEM_SUITE_ID);
  const hpke = labelled(coprocessor, HPKE_SUITE_ID);
  const eaePrk = kem.extract(NONE, 'eae_prk', diffieHellman);
  diffieHellman.fill(0);
  const sharedSecret = kem.expand(eaePrk, 'shared_secret', kemContext, 32);
  const pskIdHash = hpke.extract(NONE, 'psk_id_hash', NONE);
  const infoHash = hpke.extract(NONE, 'info_hash', info);
  const context = concatBytes(Uint8Array.of(MODE_BASE), pskIdHash, infoHash);
  const secret = hpke.extract(sharedSecret, 'secret', NONE);
  const key = hpke.expand(secret, 'key', context, KEY_BYTES);
  const nonce = hpke.expand(secret, 'base_nonce', context, NONCE_BYTES);
  for (const bytes of [eaePrk, sharedSecret, secret]) bytes.fill(0);
  return { key, nonce };
}

/** LabeledExtract and LabeledExpand of clause 4. */
function labelled(coprocessor: Coprocessor, suiteId: Uint8Array) {
  return {
    extract: (salt: Uint8Array, label: string, secret: Uint8Array) =>
      hkdfExtract(coprocessor, salt, concatBytes(VERSION, suiteId, utf8ToBytes(label), secret)),
    expand: (key: Uint8Array, label: string, info: Uint8Array, length: number) =>
      hkdfExpand(
        coprocessor,
        key,
        concatBytes(uintToBytes(length, 2), VERSION, suiteId, utf8ToBytes(label), info),
        length,
      ),
  };
}
