/**
 * Secret nonces of Schnorr-type signatures: hedged, that is derived from the secret key, fresh random
 * bytes and a counter, so that neither a broken random number generator nor a restored memory image
 * repeats one.
 */

import { hashInput, uintToBytes } from '../../apdu/index.js';
import type { Coprocessor } from '../runtime/coprocessor.js';
import { hkdfExpand, hkdfExtract } from './hkdf.js';

/** Length of the derived bytes before reduction; 128 bits above the order make the bias negligible. */
const WIDE_BYTES = 48;
const FRESH_BYTES = 32;
const SEED_BYTES = 32;
/** A zero nonce is drawn again; once has probability 2^-250. */
const ATTEMPTS = 4;

export type NonceSource = {
  /** A nonce in [1, order) for the use that `domain` names, 32 bytes; the caller wipes it. */
  readonly draw: (domain: string) => Uint8Array;
  /** 32 bytes from which {@link seededNonces} draws; as secret as every nonce drawn from them. */
  readonly seed: (domain: string) => Uint8Array;
  /** Erases the source's key. */
  readonly wipe: () => void;
};

/**
 * A source of nonces for one run of one algorithm.
 * @param counter never used before with this secret key; kept in non-volatile memory by the caller.
 */
export function hedgedNonces(
  coprocessor: Coprocessor,
  order: Uint8Array,
  secretKey: Uint8Array,
  counter: number,
): NonceSource {
  return seededNonces(
    coprocessor,
    order,
    hkdfExtract(coprocessor, coprocessor.random(FRESH_BYTES), secretKey),
    counter,
  );
}

/**
 * A source that draws the same nonces again for the same key. The key must come from a hedged source.
 * @param key 32 bytes, erased by `wipe`.
 */
export function seededNonces(
  coprocessor: Coprocessor,
  order: Uint8Array,
  key: Uint8Array,
  counter: number,
): NonceSource {
  let draws = 0;
  const info = (domain: string) => hashInput(domain, [uintToBytes(counter, 8), uintToBytes(draws++, 4)]);
  return {
    draw(domain) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const wide = hkdfExpand(coprocessor, key, info(domain), WIDE_BYTES);
        const nonce = coprocessor.modReduce(wide, order);
        wide.fill(0);
        if (nonce.some((byte) => byte !== 0)) return nonce;
      }
      throw new Error('the coprocessor derives zero nonces only');
    },
    seed: (domain) => hkdfExpand(coprocessor, key, info(domain), SEED_BYTES),
    wipe: () => void key.fill(0),
  };
}
