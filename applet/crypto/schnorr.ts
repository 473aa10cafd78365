/** Schnorr challenges and responses on the card, the same for every group. */

import { challengeOf, challengeScalar } from '../../apdu/index.js';
import type { Coprocessor } from '../runtime/coprocessor.js';

/** The 31-byte challenge of a hash input. */
export function schnorrChallenge(coprocessor: Coprocessor, input: Uint8Array): Uint8Array {
  return challengeOf(coprocessor.sha256(input));
}

/** nonce + challenge·secret mod order, 32 bytes: one modular multiplication and one addition. */
export function schnorrResponse(
  coprocessor: Coprocessor,
  order: Uint8Array,
  nonce: Uint8Array,
  challenge: Uint8Array,
  secretKey: Uint8Array,
): Uint8Array {
  const product = coprocessor.modMultiply(challengeScalar(challenge), secretKey, order);
  const response = coprocessor.modAdd(nonce, product, order);
  product.fill(0);
  return response;
}
