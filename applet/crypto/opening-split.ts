/**
 * The card's part in the register for opening: sk = a + b mod r. `b` goes to the doctor's own device,
 * `a` after a power cycle to the enrolment kiosk; each returns its multiple of g~, and neither learns sk.
 */

import { DOMAIN, type GroupSuite } from '../../apdu/index.js';
import type { Coprocessor } from '../runtime/coprocessor.js';
import { hedgedNonces } from './hedged-nonce.js';

/** Both parts, 32 bytes each. They are as secret as sk. */
export type OpeningSplit = { readonly a: Uint8Array; readonly b: Uint8Array };

/** Attempts at a ≠ 0; a = 0 would show sk itself as b, with probability 2^-250. */
const ATTEMPTS = 4;

/**
 * Splits sk. Once in the life of a key: `b` and `a` of one split together are sk, and a device that could
 * ask again would be given both. The caller stores the split, gives out `b`, then `a`, erases each as it
 * leaves, and never splits again.
 * @param counter monotonic, never used before with this key.
 */
export function splitForOpening(
  coprocessor: Coprocessor,
  suite: GroupSuite,
  secretKey: Uint8Array,
  counter: number,
): OpeningSplit {
  const nonces = hedgedNonces(coprocessor, suite.curve.order, secretKey, counter);
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const b = nonces.draw(DOMAIN.nonceOpeningSplit);
      const a = coprocessor.modSubtract(secretKey, b, suite.curve.order);
      if (a.some((byte) => byte !== 0)) return { a, b };
      b.fill(0);
    }
    throw new Error('the coprocessor derives the secret key only');
  } finally {
    nonces.wipe();
  }
}
