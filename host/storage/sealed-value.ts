/**
 * Values that lie sealed in a store under a key that lies elsewhere (AES-256-GCM), bound to what they belong to:
 * a copy of the database shows nothing, and nobody's value opens as another's.
 */

import { createCipheriv, createDecipheriv } from 'node:crypto';
import { concatBytes } from '../../apdu/index.js';
import type { Rng } from '../crypto/random.js';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * @param key 32 bytes
 * @param owner what the value belongs to; the same is needed to open it
 * @returns nonce, ciphertext and tag
 */
export function sealValue(key: Uint8Array, owner: Uint8Array, value: Uint8Array, rng: Rng): Uint8Array {
  const nonce = rng.bytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(owner);
  return concatBytes(nonce, cipher.update(value), cipher.final(), cipher.getAuthTag());
}

/** @throws {Error} for another key or owner, or a value that was changed: the store is not what this service wrote. */
export function openValue(key: Uint8Array, owner: Uint8Array, sealed: Uint8Array): Uint8Array {
  const end = sealed.length - TAG_BYTES;
  if (end < NONCE_BYTES) throw new Error('a sealed value of the store is too short');
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES));
  decipher.setAAD(owner).setAuthTag(sealed.subarray(end));
  try {
    return concatBytes(decipher.update(sealed.subarray(NONCE_BYTES, end)), decipher.final());
  } catch (cause) {
    throw new Error('a sealed value of the store does not open under its key', { cause });
  }
}
