/** Candidates for the nonce of a signature on P-256 with SHA-256 (RFC 6979, 3.2). */

import { createHmac } from 'node:crypto';
import { bytesOf, integerOf, P256_ORDER } from './p256.js';

const [ZERO, ONE] = [Uint8Array.of(0), Uint8Array.of(1)];

/** Endless; a candidate, the caller's to wipe, is a scalar in range. @param digest SHA-256 of the message, 32 bytes. */
export function* deterministicNonces(
  secretKey: Uint8Array,
  digest: Uint8Array,
): Generator<Uint8Array, never> {
  const seed = [secretKey, bytesOf(integerOf(digest) % P256_ORDER)];
  let key: Uint8Array = new Uint8Array(32);
  let value: Uint8Array = new Uint8Array(32).fill(1);
  const step = (...parts: readonly Uint8Array[]): void => {
    key = hmac(key, value, ...parts);
    value = hmac(key, value);
  };
  step(ZERO, ...seed);
  step(ONE, ...seed);
  for (;;) {
    value = hmac(key, value);
    const candidate = integerOf(value);
    if (candidate > 0n && candidate < P256_ORDER) yield Uint8Array.from(value);
    step(ZERO);
  }
}

function hmac(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const mac = createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}
