/** Changes on the way: one bit of a byte string, at a few places, or another message identifier. */

import type { SealedMessage } from '../../../host/index.js';

/** A copy with one bit of the byte at `at` flipped; from the end when negative. */
export function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at < 0 ? bytes.length + at : at]! ^= 0x01;
  return copy;
}

/** Ways to change a sealed message: in the encapsulated key, the ciphertext, the tag, its length, its identifier. */
export const TAMPERINGS: readonly (readonly [string, (sealed: SealedMessage) => SealedMessage])[] = [
  ['the encapsulated key', (sealed) => ({ ...sealed, envelope: flipped(sealed.envelope, 20) })],
  ['the first byte', (sealed) => ({ ...sealed, envelope: flipped(sealed.envelope, 0) })],
  ['the ciphertext', (sealed) => ({ ...sealed, envelope: flipped(sealed.envelope, 100) })],
  ['the tag', (sealed) => ({ ...sealed, envelope: flipped(sealed.envelope, -1) })],
  ['the length', (sealed) => ({ ...sealed, envelope: sealed.envelope.slice(0, -1) })],
  ['everything', (sealed) => ({ ...sealed, envelope: new Uint8Array(0) })],
  ['the message identifier', (sealed) => ({ ...sealed, messageId: flipped(sealed.messageId, 3) })],
];
