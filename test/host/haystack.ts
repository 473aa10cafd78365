/** Searching many byte strings for many others, and for bytes that two sets have in common. */

import type { StoredValue } from './stored-bytes.js';

/** Byte strings to search, each with its place. */
export class Haystack {
  readonly bytes: number;

  constructor(private readonly values: readonly StoredValue[]) {
    this.bytes = values.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  /** "place holds needle" for each find; empty needles are a mistake of the caller. */
  find(needles: readonly Uint8Array[]): string[] {
    return needles.flatMap((needle) => {
      if (needle.length < 2) throw new RangeError('a needle of less than two bytes is found anywhere');
      const wanted = Buffer.from(needle);
      return this.values
        .filter(({ bytes }) => view(bytes).includes(wanted))
        .map(({ place }) => `${place} holds ${wanted.toString('hex')}`);
    });
  }
}

/**
 * Places of `left` that share `window` bytes in a row with anything in `right`. Numbers and values
 * shorter than the window are left out: they tell nobody apart.
 */
export function sharedPlaces(left: readonly StoredValue[], right: readonly StoredValue[], window: number) {
  const long = (values: readonly StoredValue[]) =>
    values.filter(({ bytes, number }) => !number && bytes.length >= window);
  const known = new Set<string>();
  for (const { bytes } of long(right)) for (const part of windows(bytes, window)) known.add(part);
  const compared = long(left);
  const places = compared.filter(({ bytes }) => windows(bytes, window).some((part) => known.has(part)));
  return {
    places: [...new Set(places.map(({ place }) => place))].sort(),
    compared: compared.map(({ place }) => place),
    bytes: compared.reduce((sum, { bytes }) => sum + bytes.length, 0),
  };
}

function windows(bytes: Uint8Array, window: number): string[] {
  const text = view(bytes).toString('latin1');
  return Array.from({ length: text.length - window + 1 }, (_, at) => text.slice(at, at + window));
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
