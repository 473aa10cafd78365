/** Secret scalars of the host's services, hedged as on the card: key, fresh random bytes and a counter. */

import { hkdfSync } from 'node:crypto';
import { hashInput, uintToBytes } from '../../apdu/index.js';
import type { Rng } from './random.js';

/** 128 bits above the order make the bias of the reduction negligible. */
const WIDE_BYTES = 48;

export type HedgedScalarInputs = {
  /** Secret key of the service that draws. */
  readonly secret: Uint8Array;
  /** Never used before with this secret and domain. */
  readonly counter: number;
  /** What the scalar is for. */
  readonly domain: string;
};

/** A scalar in [1, order), 32 bytes. */
export function hedgedScalar(rng: Rng, order: Uint8Array, inputs: HedgedScalarInputs): Uint8Array {
  const info = hashInput(inputs.domain, [uintToBytes(inputs.counter, 8)]);
  const wide = new Uint8Array(hkdfSync('sha256', inputs.secret, rng.bytes(32), info, WIDE_BYTES));
  return reduceScalar(wide, order);
}

/** A uniform scalar in [1, order), 32 bytes. */
export function randomScalar(rng: Rng, order: Uint8Array): Uint8Array {
  return reduceScalar(rng.bytes(WIDE_BYTES), order);
}

/** 1 + (value mod (order − 1)): never zero. */
function reduceScalar(wide: Uint8Array, order: Uint8Array): Uint8Array {
  const value = (toBigInt(wide) % (toBigInt(order) - 1n)) + 1n;
  return new Uint8Array(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'));
}

function toBigInt(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}
