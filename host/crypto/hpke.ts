/**
 * HPKE base mode (RFC 9180) on @hpke/core: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM. An
 * envelope is the encapsulated key (65 bytes) and the ciphertext; the plaintext is padded to 256-byte steps.
 */

import { ECDH, type webcrypto } from 'node:crypto';
import { Aes128Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from '@hpke/core';
import { concatBytes, HPKE_ENCAPSULATED_KEY_BYTES, padPlaintext, unpadPlaintext } from '../../apdu/index.js';
import type { Rng } from './random.js';

const SUITE = new CipherSuite({
  kem: new DhkemP256HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes128Gcm(),
});

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
  const recipientPublicKey = await importRecipient(recipientKey);
  const params = { recipientPublicKey, info: copy(info), ekm: copy(ephemeralSeed) };
  const { enc, ct } = await SUITE.seal(params, copy(plaintext), copy(aad));
  return { encapsulatedKey: new Uint8Array(enc), ciphertext: new Uint8Array(ct) };
}

/** RFC 9180 OpenBase, no unpadding. @throws {Error} when the own key is no scalar. */
export async function openHpkeBase(
  secretKey: Uint8Array,
  { encapsulatedKey, ciphertext }: HpkeSealedParts,
  { info, aad }: HpkeContext,
): Promise<Uint8Array | undefined> {
  const recipientKey = await ownKey(secretKey);
  try {
    const params = { recipientKey, enc: copy(encapsulatedKey), info: copy(info) };
    return new Uint8Array(await SUITE.open(params, copy(ciphertext), copy(aad)));
  } catch {
    // the library's errors tell a wrong point from a wrong tag; a sender shall not learn which
    return undefined;
  }
}

/** Whether something can be sealed to this key: 33 bytes that are a compressed point of P-256. */
export function isHpkeKey(publicKey: Uint8Array): boolean {
  if (publicKey.length !== 33) return false;
  try {
    uncompressed(publicKey);
    return true;
  } catch {
    return false;
  }
}

/** Keys of services open one envelope after the other; to import one takes longer than to open with it. */
const ownKeys = new WeakMap<Uint8Array, Promise<webcrypto.CryptoKey>>();

function ownKey(secretKey: Uint8Array): Promise<webcrypto.CryptoKey> {
  const known = ownKeys.get(secretKey);
  if (known) return known;
  const imported = SUITE.kem.deserializePrivateKey(copy(secretKey));
  ownKeys.set(secretKey, imported);
  return imported;
}

async function importRecipient(publicKey: Uint8Array): Promise<webcrypto.CryptoKey> {
  try {
    return await SUITE.kem.deserializePublicKey(copy(uncompressed(publicKey)));
  } catch (cause) {
    throw new RangeError('the recipient key is no point of P-256', { cause });
  }
}

function uncompressed(point: Uint8Array): Uint8Array {
  return ECDH.convertKey(point, 'prime256v1', undefined, undefined, 'uncompressed') as Uint8Array;
}

/** WebCrypto takes arrays over a buffer of their own. */
function copy(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}
