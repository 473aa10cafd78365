/** Random numbers that a vector prescribes, to the byte and no byte more. */

import { Coprocessor, type CryptoEngine, nobleEngine } from '../../applet/index.js';
import type { Rng } from '../../host/index.js';

export function givenRandom(bytes: Uint8Array): Rng & { readonly left: () => number } {
  let at = 0;
  return {
    bytes(length) {
      if (at + length > bytes.length) throw new Error('more random bytes are asked for than the vector has');
      at += length;
      return bytes.slice(at - length, at);
    },
    left: () => bytes.length - at,
  };
}

/** A card's coprocessor that draws those bytes. */
export function cardWith(random: Uint8Array, engine: CryptoEngine = nobleEngine): Coprocessor {
  const rng = givenRandom(random);
  return new Coprocessor({
    engine,
    charge: () => {},
    random: (length) => rng.bytes(length),
    scratch: { hold: (_, work) => work() },
  });
}
