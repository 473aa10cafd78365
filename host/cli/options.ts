/** Parsing of option values that several commands share. */

import { InvalidArgumentError } from 'commander';

/** A seed: a natural number below 2^53. */
export function parseSeed(text: string): number {
  return parseNatural(text);
}

/** A natural number below 2^53. */
export function parseNatural(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError('A natural number is expected.');
  }
  return value;
}
