/** Deterministic nonces (RFC 6979, 3.2) for P-256 with SHA-256. */

import { createHmac } from 'node:crypto';
import { bytesOf, integerOf, P256_ORDER } from './p256-numbers.js';

const ZERO = Uint8Array.of(0);
const ONE = Uint8Array.of(1);

/**
 * The first nonce that `accept` turns into a result.
 *
 * @param secretKey 32 bytes, in range
 * @param digest the digest as an integer modulo n (bits2octets)
 */
export function withNonce<T>(
  secretKey: Uint8Array,
  digest: bigint,
  accept: (nonce: Uint8Array) => T | undefined,
): T {
  const hmac = (key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array => {
    const mac = createHmac('sha256', key);
    for (const part of parts) mac.update(part);
    return mac.digest();
  };
  const digestBytes = bytesOf(digest);
  let value: Uint8Array = new Uint8Array(32).fill(1);
  let key = hmac(new Uint8Array(32), value, ZERO, secretKey, digestBytes);
  value = hmac(key, value);
  key = hmac(key, value, ONE, secretKey, digestBytes);
  value = hmac(key, value);
  for (;;) {
    value = hmac(key, value);
    const nonce = integerOf(value);
    const result = nonce > 0n && nonce < P256_ORDER ? accept(value) : undefined;
    if (result !== undefined) return result;
    key = hmac(key, value, ZERO);
    value = hmac(key, value);
  }
}
