/** Key derivations of HPKE for the one suite in use: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM. */

import { createHmac } from 'node:crypto';
import { concatBytes, utf8ToBytes } from '../../apdu/index.js';
import { integerOf, P256_ORDER } from './p256.js';

export type AeadKey = { readonly key: Uint8Array; readonly nonce: Uint8Array };

/** Identifiers of RFC 9180, 7: KEM 0010, KDF 0001, AEAD 0001. */
const KEM = concatBytes(utf8ToBytes('KEM'), Uint8Array.of(0, 0x10));
const HPKE = concatBytes(utf8ToBytes('HPKE'), Uint8Array.of(0, 0x10, 0, 1, 0, 1));
const VERSION = utf8ToBytes('HPKE-v1');
const BASE_MODE = Uint8Array.of(0);
const NOTHING = new Uint8Array(0);
const LENGTH = { secret: 32, key: 16, nonce: 12 } as const;

/** DeriveKeyPair (7.1.3): the secret key, 32 bytes. */
export function deriveKeyPair(seed: Uint8Array): Uint8Array {
  const extracted = extract(KEM, NOTHING, 'dkp_prk', seed);
  for (let counter = 0; counter < 256; counter++) {
    const candidate = expand(KEM, extracted, 'candidate', Uint8Array.of(counter), LENGTH.secret);
    const scalar = integerOf(candidate);
    if (scalar > 0n && scalar < P256_ORDER) return candidate;
  }
  // 256 candidates out of range: one seed in 2^8192
  throw new Error('no key pair from this seed');
}

/** ExtractAndExpand (4.1) of the Diffie–Hellman value; both points uncompressed. */
export function sharedSecret(
  shared: Uint8Array,
  encapsulatedKey: Uint8Array,
  recipientPoint: Uint8Array,
): Uint8Array {
  const extracted = extract(KEM, NOTHING, 'eae_prk', shared);
  const context = concatBytes(encapsulatedKey, recipientPoint);
  return expand(KEM, extracted, 'shared_secret', context, LENGTH.secret);
}

const NO_PSK_HASH = extract(HPKE, NOTHING, 'psk_id_hash', NOTHING);

/** KeySchedule (5.1) of the base mode, for the one message that an envelope holds. */
export function keySchedule(secret: Uint8Array, info: Uint8Array): AeadKey {
  const context = concatBytes(BASE_MODE, NO_PSK_HASH, extract(HPKE, NOTHING, 'info_hash', info));
  const extracted = extract(HPKE, secret, 'secret', NOTHING);
  return {
    key: expand(HPKE, extracted, 'key', context, LENGTH.key),
    nonce: expand(HPKE, extracted, 'base_nonce', context, LENGTH.nonce),
  };
}

/** LabeledExtract (4). */
function extract(suite: Uint8Array, salt: Uint8Array, label: string, input: Uint8Array): Uint8Array {
  return hmac(salt, VERSION, suite, utf8ToBytes(label), input);
}

/** LabeledExpand (4) of one hash's length at most. */
function expand(
  suite: Uint8Array,
  key: Uint8Array,
  label: string,
  info: Uint8Array,
  length: number,
): Uint8Array {
  const counted = [Uint8Array.of(0, length), VERSION, suite, utf8ToBytes(label), info, Uint8Array.of(1)];
  return hmac(key, ...counted).subarray(0, length);
}

function hmac(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const mac = createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return new Uint8Array(mac.digest());
}
