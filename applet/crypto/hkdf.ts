/** HKDF-SHA-256 (RFC 5869). */

import { concatBytes } from '../../apdu/index.js';
import type { Coprocessor } from '../runtime/coprocessor.js';
import { hmacSha256 } from './hmac.js';

const HASH_BYTES = 32;

/** Pseudorandom key of 32 bytes; an empty salt stands for zeros (clause 2.2). */
export function hkdfExtract(coprocessor: Coprocessor, salt: Uint8Array, secret: Uint8Array): Uint8Array {
  return hmacSha256(coprocessor, salt, secret);
}

/** `length` bytes of output keying material (clause 2.3). @throws {RangeError} beyond 255 blocks. */
export function hkdfExpand(
  coprocessor: Coprocessor,
  key: Uint8Array,
  info: Uint8Array,
  length: number,
): Uint8Array {
  if (length > 255 * HASH_BYTES) throw new RangeError(`HKDF gives at most 8160 bytes, not ${length}`);
  const output = new Uint8Array(length);
  let block: Uint8Array = new Uint8Array(0);
  for (let at = 0, counter = 1; at < length; at += HASH_BYTES, counter++) {
    block = hmacSha256(coprocessor, key, concatBytes(block, info, Uint8Array.of(counter)));
    output.set(block.subarray(0, Math.min(HASH_BYTES, length - at)), at);
  }
  return output;
}
