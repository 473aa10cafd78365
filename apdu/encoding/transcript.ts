/** What enters a hash: a domain tag and a list of byte strings, so framed that no two lists share bytes. */

import { utf8ToBytes } from '../bytes.js';

/** Length of a Schnorr challenge, in bytes: one less than a scalar, so no group needs a reduction. */
export const CHALLENGE_BYTES = 31;

/**
 * The bytes to hash: the tag and then every input, each after its length as four bytes, big-endian.
 * Four bytes because a statement has no stated bound of its own.
 */
export function hashInput(domain: string, inputs: readonly Uint8Array[]): Uint8Array {
  const tag = utf8ToBytes(domain);
  let length = 4 + tag.length;
  for (const input of inputs) length += 4 + input.length;
  const whole = new Uint8Array(length);
  let at = framed(whole, 0, tag);
  for (const input of inputs) at = framed(whole, at, input);
  return whole;
}

/** Writes a part after its length and answers where it ends. */
function framed(target: Uint8Array, at: number, part: Uint8Array): number {
  const { length } = part;
  target[at] = length >>> 24;
  target[at + 1] = length >>> 16;
  target[at + 2] = length >>> 8;
  target[at + 3] = length;
  target.set(part, at + 4);
  return at + 4 + length;
}

/** What ECDSA hashes and signs: the domain tag of an equation and its statement (canonical TLV). */
export function signatureInput(domain: string, statement: Uint8Array): Uint8Array {
  return hashInput(domain, [statement]);
}

/**
 * Schnorr challenge: the first 31 bytes of a SHA-256 digest of {@link hashInput}, a big-endian number
 * below the order of every group in use (248 bits against 254 and more).
 */
export function challengeOf(digest: Uint8Array): Uint8Array {
  if (digest.length !== 32) throw new RangeError(`a SHA-256 digest has 32 bytes, not ${digest.length}`);
  return digest.slice(0, CHALLENGE_BYTES);
}

/** A challenge as a 32-byte scalar. */
export function challengeScalar(challenge: Uint8Array): Uint8Array {
  const scalar = new Uint8Array(32);
  scalar.set(challenge, 32 - challenge.length);
  return scalar;
}
