/** Deterministic nonces (RFC 6979, 3.2) for P-256 with SHA-256. */

import { bytesOf, integerOf, P256_ORDER } from './p256-numbers.js';
import { SHA256_BYTES, sha256Into } from './sha256-into.js';

const BLOCK_BYTES = 64;
const NO_BYTES = new Uint8Array(0);
const ZERO = Uint8Array.of(0);
const ONE = Uint8Array.of(1);

/** Longest text of an HMAC below: V, one byte, key and digest. */
const LONGEST_TEXT_BYTES = 97;
const inner = Buffer.alloc(BLOCK_BYTES + LONGEST_TEXT_BYTES);
const outer = Buffer.alloc(BLOCK_BYTES + SHA256_BYTES);
/** K and V of the standard; the machine does one thing at a time, so they are made once. */
const key = Buffer.alloc(SHA256_BYTES);
const value = Buffer.alloc(SHA256_BYTES);

/** HMAC (RFC 2104) into `target`, of two hashes in one call each: node's own object takes twice the time for short texts. */
function hmacSha256(target: Buffer, secret: Uint8Array, ...parts: readonly Uint8Array[]): void {
  inner.fill(0x36, 0, BLOCK_BYTES);
  outer.fill(0x5c, 0, BLOCK_BYTES);
  for (let i = 0; i < secret.length; i++) {
    inner[i]! ^= secret[i]!;
    outer[i]! ^= secret[i]!;
  }
  let end = BLOCK_BYTES;
  for (const part of parts) {
    inner.set(part, end);
    end += part.length;
  }
  sha256Into(outer, BLOCK_BYTES, inner.subarray(0, end));
  sha256Into(target, 0, outer);
}

/**
 * The first nonce that `accept` turns into a result; the nonce is wiped when that has returned.
 *
 * @param secretKey 32 bytes, in range
 * @param digest the digest as an integer modulo n (bits2octets)
 */
export function withNonce<T>(
  secretKey: Uint8Array,
  digest: bigint,
  accept: (nonce: Uint8Array, scalar: bigint) => T | undefined,
): T {
  const digestBytes = bytesOf(digest);
  value.fill(1);
  // A key of zeros is as long as none: both are filled up with zeros.
  hmacSha256(key, NO_BYTES, value, ZERO, secretKey, digestBytes);
  hmacSha256(value, key, value);
  hmacSha256(key, key, value, ONE, secretKey, digestBytes);
  hmacSha256(value, key, value);
  try {
    for (;;) {
      hmacSha256(value, key, value);
      const nonce = integerOf(value);
      const result = nonce > 0n && nonce < P256_ORDER ? accept(value, nonce) : undefined;
      if (result !== undefined) return result;
      hmacSha256(key, key, value, ZERO);
      hmacSha256(value, key, value);
    }
  } finally {
    for (const secret of [key, value, inner, outer]) secret.fill(0);
  }
}
