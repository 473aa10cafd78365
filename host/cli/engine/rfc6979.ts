/** Deterministic nonces (RFC 6979, 3.2) for P-256 with SHA-256. */

import { hash } from 'node:crypto';
import { bytesOf, integerOf, P256_ORDER } from './p256-numbers.js';

const BLOCK_BYTES = 64;
const NO_BYTES = new Uint8Array(0);
const ZERO = Uint8Array.of(0);
const ONE = Uint8Array.of(1);

/** Longest text of an HMAC below: V, one byte, key and digest. */
const LONGEST_TEXT_BYTES = 97;
const inner = new Uint8Array(BLOCK_BYTES + LONGEST_TEXT_BYTES);
const outer = new Uint8Array(BLOCK_BYTES + 32);

/** HMAC (RFC 2104) of two hashes in one call each: node's own object takes twice the time for short texts. */
function hmacSha256(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  inner.fill(0x36, 0, BLOCK_BYTES);
  outer.fill(0x5c, 0, BLOCK_BYTES);
  for (let i = 0; i < key.length; i++) {
    inner[i]! ^= key[i]!;
    outer[i]! ^= key[i]!;
  }
  let end = BLOCK_BYTES;
  for (const part of parts) {
    inner.set(part, end);
    end += part.length;
  }
  outer.set(hash('sha256', inner.subarray(0, end), 'buffer'), BLOCK_BYTES);
  const mac = hash('sha256', outer, 'buffer');
  inner.fill(0);
  outer.fill(0);
  return mac;
}

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
  const digestBytes = bytesOf(digest);
  let value: Uint8Array = new Uint8Array(32).fill(1);
  let key = hmacSha256(NO_BYTES, value, ZERO, secretKey, digestBytes);
  value = hmacSha256(key, value);
  key = hmacSha256(key, value, ONE, secretKey, digestBytes);
  value = hmacSha256(key, value);
  for (;;) {
    value = hmacSha256(key, value);
    const nonce = integerOf(value);
    const result = nonce > 0n && nonce < P256_ORDER ? accept(value) : undefined;
    if (result !== undefined) return result;
    key = hmacSha256(key, value, ZERO);
    value = hmacSha256(key, value);
  }
}
