/** Random numbers that follow from a seed, for keys and choices of tests. */

import { createHash } from 'node:crypto';

/** A stream of bytes of its own for each seed and label: SHA-256 in counter mode. */
export function seededBytes(seed: number, label: string): (length: number) => Uint8Array {
  let counter = 0;
  let block = Buffer.alloc(0);
  return (length) => {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      if (block.length === 0) block = createHash('sha256').update(`${seed}|${label}|${counter++}`).digest();
      const part = block.subarray(0, length - at);
      bytes.set(part, at);
      block = block.subarray(part.length);
      at += part.length;
    }
    return bytes;
  };
}

/** Choices from a stream: xorshift, fast enough for every byte of a fuzzer. */
export class Choices {
  private state: number;

  constructor(seed: number) {
    this.state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) >>> 0 || 1;
  }

  /** A number from 0 to `limit` − 1. */
  below(limit: number): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    this.state >>>= 0;
    return this.state % limit;
  }

  /** True once in `n` times. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  between(min: number, max: number): number {
    return min + this.below(max - min + 1);
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) bytes[i] = this.below(256);
    return bytes;
  }
}
