/**
 * What is put under AES-CMAC to derive keys, challenges and cryptograms: NIST SP 800-108 in counter
 * mode with the fixed input of GlobalPlatform Card Specification, Amendment D v1.1.2, 4.1.5.
 */

import { concatBytes } from '../bytes.js';

/** Derivation constants (Amendment D, table 4-1). */
export const SCP03_CONSTANT = {
  cardCryptogram: 0x00,
  hostCryptogram: 0x01,
  cardChallenge: 0x02,
  encryptionKey: 0x04,
  macKey: 0x06,
  responseMacKey: 0x07,
} as const;

/** Bytes of an AES-128 key, and of a block. */
export const SCP03_KEY_BYTES = 16;
/** Bytes of challenges, cryptograms and checksums in the S8 mode, the one used here. */
export const SCP03_SHORT_BYTES = 8;
/** Bytes of the sequence counter. */
export const SCP03_SEQUENCE_BYTES = 3;
/** Bytes of the key diversification data of a card. */
export const SCP03_DIVERSIFICATION_BYTES = 10;

const LABEL_ZEROS = 11;
const SEPARATOR = 0x00;
const FIRST_BLOCK = 1;

/**
 * Input of the one AES-CMAC whose first `lengthBytes` (at most 16) are the derived value.
 * @param context both challenges, the host's first; for a card challenge, sequence counter and AID
 */
export function scp03DerivationInput(constant: number, lengthBytes: number, context: Uint8Array): Uint8Array {
  const bits = lengthBytes * 8;
  const fixed = new Uint8Array(LABEL_ZEROS + 5);
  fixed.set([constant, SEPARATOR, bits >> 8, bits & 0xff, FIRST_BLOCK], LABEL_ZEROS);
  return concatBytes(fixed, context);
}

/** Static keys of a key set, by their identifiers (Amendment D, 6.1). */
export const SCP03_STATIC_KEY = { encryption: 1, mac: 2, dataEncryption: 3 } as const;

/**
 * Input of the `block`-th AES-CMAC (from 1) under a batch's master key that gives a static key of
 * one card: counter mode again, the block number first. The form is the one that card management
 * tools call KDF3.
 */
export function scp03DiversificationInput(
  keyIdentifier: number,
  diversificationData: Uint8Array,
  block = FIRST_BLOCK,
): Uint8Array {
  return concatBytes(Uint8Array.of(block, 0, 0, 0, keyIdentifier, SEPARATOR), diversificationData);
}
