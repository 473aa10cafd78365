/**
 * ECDSA on P-256 with SHA-256 (FIPS 186-5): raw r ‖ s, 64 bytes. Signing is deterministic (RFC 6979) and
 * low-S; verification accepts any S, by OpenSSL, so that a card's signature is checked by an implementation other
 * than the card's.
 */

import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { p256 } from '@noble/curves/nist.js';
import { signDeterministically } from './ecdsa-signing.js';
import { decompress, publicKeyOf } from './p256.js';
import type { Rng } from './random.js';

/** Secret key: 32-byte scalar. Public key: compressed SEC1 point, 33 bytes. */
export type EcKeyPair = { readonly secretKey: Uint8Array; readonly publicKey: Uint8Array };

/** A fresh P-256 key pair, for signing, authentication or decryption; one pair serves one of them. */
export function generateEcKeyPair(rng: Rng): EcKeyPair {
  const { secretKey, publicKey } = p256.keygen(rng.bytes(48));
  return { secretKey, publicKey };
}

/** @throws {Error} for a scalar out of range. */
export function ecPublicKey(secretKey: Uint8Array): Uint8Array {
  return publicKeyOf(secretKey);
}

/** The uncompressed form, 65 bytes, of a compressed point. @throws {Error} for what is no point of the curve. */
export function uncompressedPoint(publicKey: Uint8Array): Uint8Array {
  return decompress(publicKey);
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

/** Keys met last; an issuer's comes again with every certificate, and importing it takes as long as verifying. */
const knownKeys = new Map<string, KeyObject>();
const MOST_KNOWN_KEYS = 256;

function importPublicKey(publicKey: Uint8Array): KeyObject | undefined {
  const name = Buffer.from(publicKey).toString('latin1');
  const known = knownKeys.get(name);
  if (known) return known;
  const key = importPoint(publicKey);
  if (!key) return undefined;
  if (knownKeys.size >= MOST_KNOWN_KEYS) knownKeys.clear();
  knownKeys.set(name, key);
  return key;
}

/** As a JWK: OpenSSL's decoder of DER takes three times as long. */
function importPoint(publicKey: Uint8Array): KeyObject | undefined {
  try {
    const point = Buffer.from(decompress(publicKey));
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'));
    return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: x!, y: y! }, format: 'jwk' });
  } catch {
    return undefined;
  }
}
