/**
 * HPKE base mode (RFC 9180) on OpenSSL: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM. An envelope is
 * the encapsulated key (65 bytes) and the ciphertext; the plaintext is padded to 256-byte steps.
 */

import { createCipheriv, createDecipheriv } from 'node:crypto';
import { concatBytes, HPKE_ENCAPSULATED_KEY_BYTES, padPlaintext, unpadPlaintext } from '../../apdu/index.js';
import { type AeadKey, deriveKeyPair, keySchedule, sharedSecret } from './hpke-schedule.js';
import { agree, decompress } from './p256.js';
import type { Rng } from './random.js';

const CIPHER = 'aes-128-gcm';
const TAG_BYTES = 16;

export type HpkeContext = {
  /** Which message of which step this is, see `encodeHpkeInfo`. */
  readonly info: Uint8Array;
  /** Routing data, readable by everybody on the way. */
  readonly aad: Uint8Array;
};

/**
 * Seals `plaintext`, padded, for the holder of a P-256 decryption key (33 bytes). The ephemeral key is
 * derived from 32 bytes of `rng` (RFC 9180, 7.1.3), so a seeded run gives the same envelope.
 * @throws {RangeError} when the recipient's key is no point of the curve.
 */
export async function sealHpke(
  recipientKey: Uint8Array,
  plaintext: Uint8Array,
  { info, aad }: HpkeContext,
  rng: Rng,
): Promise<Uint8Array> {
  const { encapsulatedKey, ciphertext } = await sealHpkeBase(
    recipientKey,
    padPlaintext(plaintext),
    { info, aad },
    rng.bytes(32),
  );
  return concatBytes(encapsulatedKey, ciphertext);
}

/** The plaintext, or `undefined` when any byte of the envelope or of its context is wrong. */
export async function openHpke(
  secretKey: Uint8Array,
  envelope: Uint8Array,
  context: HpkeContext,
): Promise<Uint8Array | undefined> {
  const padded = await openHpkeBase(
    secretKey,
    {
      encapsulatedKey: envelope.slice(0, HPKE_ENCAPSULATED_KEY_BYTES),
      ciphertext: envelope.slice(HPKE_ENCAPSULATED_KEY_BYTES),
    },
    context,
  );
  return padded && unpadPlaintext(padded);
}

export type HpkeSealedParts = { readonly encapsulatedKey: Uint8Array; readonly ciphertext: Uint8Array };

/** RFC 9180 SealBase, no padding; `ephemeralSeed` is ikmE of DeriveKeyPair. */
export async function sealHpkeBase(
  recipientKey: Uint8Array,
  plaintext: Uint8Array,
  { info, aad }: HpkeContext,
  ephemeralSeed: Uint8Array,
): Promise<HpkeSealedParts> {
  const recipientPoint = recipientPointOf(recipientKey);
  const ephemeral = deriveKeyPair(ephemeralSeed);
  const { sharedX, ownPoint: encapsulatedKey } = agree(ephemeral, recipientPoint);
  const secret = sharedSecret(sharedX!, encapsulatedKey, recipientPoint);
  ephemeral.fill(0);
  const { key, nonce } = keySchedule(secret, info);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(aad);
  const ciphertext = concatBytes(cipher.update(plaintext), cipher.final(), cipher.getAuthTag());
  return { encapsulatedKey, ciphertext };
}

/** RFC 9180 OpenBase, no unpadding. @throws {Error} when the own key is no scalar. */
export async function openHpkeBase(
  secretKey: Uint8Array,
  { encapsulatedKey, ciphertext }: HpkeSealedParts,
  { info, aad }: HpkeContext,
): Promise<Uint8Array | undefined> {
  // SEC1 knows a hybrid form too, which OpenSSL would take
  if (encapsulatedKey.length !== HPKE_ENCAPSULATED_KEY_BYTES || encapsulatedKey[0] !== 4) return undefined;
  const { sharedX, ownPoint } = agree(secretKey, encapsulatedKey);
  if (!sharedX) return undefined;
  const secret = sharedSecret(sharedX, encapsulatedKey, ownPoint);
  return openAead(keySchedule(secret, info), ciphertext, aad);
}

function openAead({ key, nonce }: AeadKey, sealed: Uint8Array, aad: Uint8Array): Uint8Array | undefined {
  if (sealed.length < TAG_BYTES) return undefined;
  const end = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv(CIPHER, key, nonce).setAAD(aad).setAuthTag(sealed.subarray(end));
  try {
    return concatBytes(decipher.update(sealed.subarray(0, end)), decipher.final());
  } catch {
    return undefined;
  }
}

/** Whether something can be sealed to this key: 33 bytes that are a compressed point of P-256. */
export function isHpkeKey(publicKey: Uint8Array): boolean {
  try {
    decompress(publicKey);
    return true;
  } catch {
    return false;
  }
}

function recipientPointOf(publicKey: Uint8Array): Uint8Array {
  try {
    return decompress(publicKey);
  } catch (cause) {
    throw new RangeError('the recipient key is no point of P-256', { cause });
  }
}
