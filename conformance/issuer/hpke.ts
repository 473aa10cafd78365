/** HPKE (RFC 9180, base mode: P-256, HKDF-SHA256, AES-128-GCM) on node:crypto, both ends. */

import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { concatBytes, padPlaintext, uintToBytes, unpadPlaintext, utf8ToBytes } from '../../apdu/index.js';
import { makeKeys, type P256Keys, sharedSecret, uncompress } from './p256.js';
import type { SeededRandom } from './seeded-random.js';

const KEM = concatBytes(utf8ToBytes('KEM'), Uint8Array.of(0x00, 0x10));
const SUITE = concatBytes(utf8ToBytes('HPKE'), Uint8Array.of(0x00, 0x10, 0x00, 0x01, 0x00, 0x01));
const ENCAPSULATED_BYTES = 65;
const TAG_BYTES = 16;

/** HKDF-Extract (RFC 5869). */
export function hkdfExtract(salt: Uint8Array, secret: Uint8Array): Uint8Array {
  return Uint8Array.from(
    createHmac('sha256', salt.length > 0 ? salt : new Uint8Array(32))
      .update(secret)
      .digest(),
  );
}

/** HKDF-Expand (RFC 5869), at most 32 bytes. */
export function hkdfExpand(key: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  const block = createHmac('sha256', key)
    .update(concatBytes(info, Uint8Array.of(1)))
    .digest();
  return Uint8Array.from(block.subarray(0, length));
}

/** The plaintext of a padded envelope (encapsulated key ‖ ciphertext), or `undefined` when it does not open. */
export function openEnvelope(keys: P256Keys, envelope: Uint8Array, info: Uint8Array): Uint8Array | undefined {
  const encapsulated = envelope.subarray(0, ENCAPSULATED_BYTES);
  const ciphertext = envelope.subarray(ENCAPSULATED_BYTES);
  try {
    const shared = sharedSecret(keys.secretKey, encapsulated);
    const { key, nonce } = keySchedule(shared, encapsulated, uncompress(keys.publicKey), info);
    const decipher = createDecipheriv('aes-128-gcm', key, nonce);
    decipher.setAuthTag(ciphertext.subarray(ciphertext.length - TAG_BYTES));
    const body = decipher.update(ciphertext.subarray(0, ciphertext.length - TAG_BYTES));
    return unpadPlaintext(concatBytes(body, decipher.final()));
  } catch {
    return undefined;
  }
}

/** A padded envelope for a public key. */
export function sealEnvelope(
  random: SeededRandom,
  publicKey: Uint8Array,
  plaintext: Uint8Array,
  info: Uint8Array,
): Uint8Array {
  const ephemeral = makeKeys(random);
  const encapsulated = uncompress(ephemeral.publicKey);
  const shared = sharedSecret(ephemeral.secretKey, publicKey);
  const { key, nonce } = keySchedule(shared, encapsulated, uncompress(publicKey), info);
  const cipher = createCipheriv('aes-128-gcm', key, nonce);
  const body = concatBytes(cipher.update(padPlaintext(plaintext)), cipher.final());
  return concatBytes(encapsulated, body, cipher.getAuthTag());
}

function keySchedule(
  diffieHellman: Uint8Array,
  encapsulated: Uint8Array,
  recipient: Uint8Array,
  info: Uint8Array,
): { readonly key: Uint8Array; readonly nonce: Uint8Array } {
  const none = new Uint8Array(0);
  const kemContext = concatBytes(encapsulated, recipient);
  const eaePrk = extract(KEM, none, 'eae_prk', diffieHellman);
  const shared = expand(KEM, eaePrk, 'shared_secret', kemContext, 32);
  const context = concatBytes(
    Uint8Array.of(0),
    extract(SUITE, none, 'psk_id_hash', none),
    extract(SUITE, none, 'info_hash', info),
  );
  const secret = extract(SUITE, shared, 'secret', none);
  return {
    key: expand(SUITE, secret, 'key', context, 16),
    nonce: expand(SUITE, secret, 'base_nonce', context, 12),
  };
}

function extract(suite: Uint8Array, salt: Uint8Array, label: string, secret: Uint8Array): Uint8Array {
  return hkdfExtract(salt, concatBytes(utf8ToBytes('HPKE-v1'), suite, utf8ToBytes(label), secret));
}

function expand(
  suite: Uint8Array,
  key: Uint8Array,
  label: string,
  info: Uint8Array,
  length: number,
): Uint8Array {
  const labelled = concatBytes(
    uintToBytes(length, 2),
    utf8ToBytes('HPKE-v1'),
    suite,
    utf8ToBytes(label),
    info,
  );
  return hkdfExpand(key, labelled, length);
}
