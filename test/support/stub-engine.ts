/**
 * An engine for fuzzing: hashes, ciphers and integers are the real ones, elliptic curves are a cheap
 * function of their inputs that says no to some of those that come from outside. Nothing it signs or agrees on means anything;
 * it only lets handlers run at the speed of everything else.
 */

import { PAIRING_CURVES } from '../../apdu/index.js';
import { type CryptoEngine, nobleEngine } from '../../applet/index.js';

/** One input in so many is refused as if it were no point, no scalar or no valid signature. */
const REFUSED = 8;

/** FNV-1a over all inputs. */
function digestOf(...inputs: readonly Uint8Array[]): number {
  let hash = 0x811c9dc5;
  for (const input of inputs) {
    for (let i = 0; i < input.length; i++) hash = Math.imul(hash ^ input[i]!, 0x01000193);
    hash = Math.imul(hash ^ 0x100, 0x01000193);
  }
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** Bytes that follow from a number: xorshift. */
function expand(seed: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed || 1;
  for (let i = 0; i < length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state & 0xff;
  }
  return bytes;
}

/** `length` bytes that follow from the inputs, with `prefix` in front of them where a point has one. */
function made(length: number, inputs: readonly Uint8Array[], prefix?: number): Uint8Array {
  const bytes = expand(digestOf(...inputs), length);
  if (prefix !== undefined) bytes[0] = prefix;
  return bytes;
}

/** Whether inputs that may come from outside are taken. */
const accepted = (...inputs: readonly Uint8Array[]): boolean => digestOf(...inputs) % REFUSED !== 0;

export const stubEngine: CryptoEngine = {
  ...nobleEngine,
  p256PublicKey: (secretKey) => made(33, [secretKey], 0x02),
  p256Uncompress: (point) => made(65, [point], 0x04),
  p256EcdsaSign: (secretKey, digest) => made(64, [secretKey, digest]),
  p256EcdsaVerify: (publicKey, digest, signature) => accepted(publicKey, digest, signature),
  p256Ecdh: (secretKey, publicKey) => (accepted(publicKey) ? made(32, [secretKey, publicKey]) : undefined),
  p256Multiply: (point, scalar) => made(33, [point, scalar], 0x02),
  p256Add: (a, b) => made(33, [a, b], 0x02),
  g1Decompress: (suite, encoded) =>
    accepted(encoded) ? made(PAIRING_CURVES[suite].g1AffineBytes, [encoded]) : undefined,
  g1Compress: (suite, point) => made(PAIRING_CURVES[suite].g1Bytes, [point]),
  g1Multiply: (suite, point, scalar) => made(PAIRING_CURVES[suite].g1AffineBytes, [point, scalar]),
  g1Add: (suite, a, b) => made(PAIRING_CURVES[suite].g1AffineBytes, [a, b]),
  g1InSubgroup: (_suite, point) => accepted(point),
};
