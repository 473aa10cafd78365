/**
 * Deterministic ECDSA on P-256 with SHA-256 (RFC 6979, low S), with OpenSSL's multiplication of the base point: the
 * services sign twice for every visit, and JavaScript takes two milliseconds for what OpenSSL does in thirty
 * microseconds. Arithmetic modulo the order stays here, on values that a random factor has blinded.
 */

import { createHash, createHmac, randomBytes } from 'node:crypto';
import { concatBytes, fromHex } from '../../apdu/index.js';
import { invertModulo } from './modular-inverse.js';
import { integerOf, P256_ORDER as ORDER, publicKeyOf } from './p256.js';

const SCALAR_BYTES = 32;

/**
 * @param secretKey scalar of 32 bytes, 1 to the order − 1
 * @returns r ‖ s, 64 bytes, s at most half the order
 * @throws {RangeError} for a scalar out of range
 */
export function signDeterministically(secretKey: Uint8Array, message: Uint8Array): Uint8Array {
  const secret = integerOf(secretKey);
  if (secretKey.length !== SCALAR_BYTES || secret === 0n || secret >= ORDER) {
    throw new RangeError('a P-256 signing key is a scalar of 32 bytes below the order');
  }
  const digest = createHash('sha256').update(message).digest();
  // bits2int and bits2octets of RFC 6979, 2.3: the digest is as long as the order
  const hash = integerOf(digest) % ORDER;
  const nonces = nonceSource(secretKey, toBytes(hash));
  for (;;) {
    const nonce = nonces.next();
    const r = integerOf(publicKeyOf(nonce).subarray(1)) % ORDER;
    const k = integerOf(nonce);
    const blind = (integerOf(randomBytes(SCALAR_BYTES + 8)) % (ORDER - 1n)) + 1n;
    const inverse = invertModulo((k * blind) % ORDER, ORDER);
    const blinded = (blind * hash + ((blind * secret) % ORDER) * r) % ORDER;
    const s = (inverse * blinded) % ORDER;
    if (r === 0n || s === 0n) continue;
    return concatBytes(toBytes(r), toBytes(s > ORDER / 2n ? ORDER - s : s));
  }
}

/** The nonces of RFC 6979, 3.2: HMAC_DRBG over key and digest, until one lies in 1 to the order − 1. */
function nonceSource(secretKey: Uint8Array, digest: Uint8Array): { next(): Uint8Array } {
  let key: Uint8Array = new Uint8Array(SCALAR_BYTES);
  let value: Uint8Array = new Uint8Array(SCALAR_BYTES).fill(1);
  const update = (...more: readonly Uint8Array[]): void => {
    key = hmac(key, value, ...more);
    value = hmac(key, value);
  };
  update(Uint8Array.of(0), secretKey, digest);
  update(Uint8Array.of(1), secretKey, digest);
  let used = false;
  return {
    next() {
      for (;;) {
        if (used) update(Uint8Array.of(0));
        used = true;
        value = hmac(key, value);
        const nonce = integerOf(value);
        if (nonce > 0n && nonce < ORDER) return value;
      }
    },
  };
}

function hmac(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const mac = createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}

function toBytes(value: bigint): Uint8Array {
  return fromHex(value.toString(16).padStart(2 * SCALAR_BYTES, '0'));
}
