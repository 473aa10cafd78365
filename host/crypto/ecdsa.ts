/**
 * ECDSA on P-256 with SHA-256 (FIPS 186-5): raw r ‖ s, 64 bytes. Signing is deterministic (RFC 6979) and
 * low-S; verification accepts any S, by OpenSSL, so that a card's signature is checked by an implementation other
 * than the card's.
 */

import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { p256 } from '@noble/curves/nist.js';
import { concatBytes, fromHex } from '../../apdu/index.js';
import { signDeterministically } from './ecdsa-signing.js';
import type { Rng } from './random.js';

/** Secret key: 32-byte scalar. Public key: compressed SEC1 point, 33 bytes. */
export type EcKeyPair = { readonly secretKey: Uint8Array; readonly publicKey: Uint8Array };

/** SubjectPublicKeyInfo of a compressed P-256 point, up to the point (RFC 5480). */
const SPKI_PREFIX = fromHex('3039301306072a8648ce3d020106082a8648ce3d030107032200');

/** A fresh P-256 key pair, for signing, authentication or decryption; one pair serves one of them. */
export function generateEcKeyPair(rng: Rng): EcKeyPair {
  const { secretKey, publicKey } = p256.keygen(rng.bytes(48));
  return { secretKey, publicKey };
}

/** @throws {Error} for a scalar out of range. */
export function ecPublicKey(secretKey: Uint8Array): Uint8Array {
  return p256.getPublicKey(secretKey, true);
}

/** The uncompressed form, 65 bytes, of a point. @throws {Error} for what is no point of the curve. */
export function uncompressedPoint(publicKey: Uint8Array): Uint8Array {
  return p256.Point.fromBytes(publicKey).toBytes(false);
}

/** Signature over SHA-256 of `message`. @throws {Error} for a scalar out of range. */
export function signEcdsa(secretKey: Uint8Array, message: Uint8Array): Uint8Array {
  return signDeterministically(secretKey, message);
}

/** Whether `signature` over `message` holds; `false` for malformed keys and signatures too. */
export function verifyEcdsa(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64) return false;
  const key = importPublicKey(publicKey);
  return key !== undefined && verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature);
}

function importPublicKey(publicKey: Uint8Array): KeyObject | undefined {
  if (publicKey.length !== 33) return undefined;
  try {
    const spki = Buffer.from(concatBytes(SPKI_PREFIX, publicKey));
    return createPublicKey({ key: spki, format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}
