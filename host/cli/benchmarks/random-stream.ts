/** Random bytes that follow from a seed, fast enough for a hundred thousand cards. Not for keys that matter. */

import { createCipheriv, createHash } from 'node:crypto';

const BLOCK_BYTES = 1 << 16;

/** A stream of its own for each seed and label: the key stream of AES-128 in counter mode. */
export function randomStream(seed: number, label: string): (length: number) => Uint8Array {
  const key = createHash('sha256')
    .update(JSON.stringify([label, seed]))
    .digest();
  const cipher = createCipheriv('aes-128-ctr', key.subarray(0, 16), key.subarray(16));
  const zeros = new Uint8Array(BLOCK_BYTES);
  let block = cipher.update(zeros);
  let next = 0;
  return (length) => {
    if (next + length > block.length) {
      block = cipher.update(zeros);
      next = 0;
    }
    next += length;
    return new Uint8Array(block.subarray(next - length, next));
  };
}
