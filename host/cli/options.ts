/** Parsing of option values that several commands share. */

import { InvalidArgumentError, Option } from 'commander';

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

/** An option that takes a natural number; `variable` of the environment stands in for it where it is not given. */
export function naturalOption(flags: string, description: string, variable?: string): Option {
  const option = new Option(flags, description).argParser(parseNatural);
  return variable === undefined ? option : option.env(variable);
}
