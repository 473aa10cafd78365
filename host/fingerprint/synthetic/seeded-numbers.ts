/** Numbers that follow from a seed, for synthetic fingers. Never for keys. */

import { createHash } from 'node:crypto';

export interface SeededNumbers {
  /** From 0 up to, not including, 1. */
  uniform(): number;
  between(min: number, max: number): number;
  /** Normally distributed around 0. */
  normal(sigma: number): number;
  chance(probability: number): boolean;
}

/** A stream of its own for each list of labels: the small generator sfc32, begun with their SHA-256. */
export function seededNumbers(...labels: readonly (string | number)[]): SeededNumbers {
  const digest = createHash('sha256').update(JSON.stringify(labels)).digest();
  let [a, b, c] = [digest.readInt32LE(0), digest.readInt32LE(4), digest.readInt32LE(8)];
  let counter = 1;
  const uniform = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 12; i++) uniform();
  return {
    uniform,
    between: (min, max) => min + (max - min) * uniform(),
    // Box and Muller; 1 − u keeps the logarithm finite.
    normal: (sigma) => sigma * Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    chance: (probability) => uniform() < probability,
  };
}
