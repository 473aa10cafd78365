/** Random bytes behind a port, so that a run can be repeated from a seed. */

import { createHash, randomBytes } from 'node:crypto';

/** Source of random bytes. */
export interface Rng {
  /** `length` bytes, never the same array twice. */
  bytes(length: number): Uint8Array;
}

/** The operating system's generator. */
export const systemRng: Rng = { bytes: (length) => new Uint8Array(randomBytes(length)) };

/**
 * Bytes that follow from the seed alone: SHA-256 of label, seed and a counter. For reproducible runs and
 * tests only; nobody's real key may come from it.
 */
export function seededRng(seed: number | string, label = ''): Rng {
  let counter = 0n;
  return {
    bytes(length) {
      const output = new Uint8Array(length);
      for (let at = 0; at < length; at += 32, counter++) {
        const block = createHash('sha256')
          .update(JSON.stringify([label, `${seed}`, `${counter}`]))
          .digest();
        output.set(block.subarray(0, Math.min(32, length - at)), at);
      }
      return output;
    },
  };
}
