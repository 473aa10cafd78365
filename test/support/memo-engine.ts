/** An engine that answers what it answered before to the same inputs, so that a command can be repeated many times quickly. */

import { type CryptoEngine, nobleEngine } from '../../applet/index.js';

type Value = Uint8Array | string;
type Result = Uint8Array | boolean | undefined;
type Operation = (...values: Value[]) => Result;

/** `engine` behind a memory of all its results; an input that was never seen goes to `engine`. */
export function memoEngine(engine: CryptoEngine = nobleEngine): CryptoEngine {
  const known = new Map<string, Result>();
  const remembering = (name: string, operation: Operation): Operation => {
    return (...values) => {
      const key = `${name}|${values.map(keyOf).join('|')}`;
      if (!known.has(key)) known.set(key, copyOf(operation(...values)));
      return copyOf(known.get(key));
    };
  };
  const operations = Object.entries(engine as unknown as Record<string, Operation>);
  return Object.fromEntries(
    operations.map(([name, operation]) => [name, remembering(name, operation)]),
  ) as unknown as CryptoEngine;
}

const keyOf = (value: Value): string =>
  typeof value === 'string'
    ? value
    : Buffer.from(value.buffer, value.byteOffset, value.length).toString('latin1');

/** The card wipes results that are secrets, and must not wipe what is remembered. */
const copyOf = (result: Result): Result => (result instanceof Uint8Array ? result.slice() : result);
