/**
 * What a crypto library offers to the coprocessor: pure functions of bytes, without state, meter or
 * randomness. Bad input from outside (a point off the curve, a scalar out of range, a wrong tag) gives
 * `undefined` or `false`; wrong lengths of symmetric keys are bugs of the caller and may throw.
 *
 * Scalars: 32 bytes big-endian, 1 ≤ scalar < order. P-256 points: SEC1, compressed (33) or uncompressed
 * (65) in, compressed out. G1 points in computations: affine x ‖ y; on the wire: compressed as in the
 * suite table. The point at infinity is never accepted and never returned.
 */

import type { CurveName } from '../../apdu/index.js';

export interface CryptoEngine {
  /** SHA-256, 32 bytes. */
  sha256(message: Uint8Array): Uint8Array;

  /** AES-128 on whole 16-byte blocks, no padding. */
  aes128EcbEncrypt(key: Uint8Array, blocks: Uint8Array): Uint8Array;
  aes128EcbDecrypt(key: Uint8Array, blocks: Uint8Array): Uint8Array;
  /** AES-CMAC (RFC 4493), 16 bytes. */
  aes128Cmac(key: Uint8Array, message: Uint8Array): Uint8Array;
  /** Ciphertext ‖ 16-byte tag; `nonce` has 12 bytes. */
  aes128GcmSeal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array;
  /** Plaintext, or `undefined` when the tag is wrong. */
  aes128GcmOpen(
    key: Uint8Array,
    nonce: Uint8Array,
    aad: Uint8Array,
    sealed: Uint8Array,
  ): Uint8Array | undefined;

  /** Compressed public key, or `undefined` for a scalar out of range. */
  p256PublicKey(secretKey: Uint8Array): Uint8Array | undefined;
  /** Uncompressed form (65 bytes) of a valid point. */
  p256Uncompress(point: Uint8Array): Uint8Array | undefined;
  /** ECDSA over a 32-byte digest, nonce by RFC 6979, low-S, r ‖ s. */
  p256EcdsaSign(secretKey: Uint8Array, digest: Uint8Array): Uint8Array | undefined;
  /** Any S is accepted, as foreign signers do not normalise it. */
  p256EcdsaVerify(publicKey: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean;
  /** x-coordinate of the shared point, 32 bytes. */
  p256Ecdh(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array | undefined;
  p256Multiply(point: Uint8Array, scalar: Uint8Array): Uint8Array | undefined;
  p256Add(a: Uint8Array, b: Uint8Array): Uint8Array | undefined;

  /** Affine form of an encoded point on the curve, not necessarily in the subgroup; strict encoding. */
  g1Decompress(curve: CurveName, encoded: Uint8Array): Uint8Array | undefined;
  /** Wire form of an affine point. */
  g1Compress(curve: CurveName, point: Uint8Array): Uint8Array | undefined;
  /** `undefined` for a bad point or scalar, and where the result is the point at infinity. */
  g1Multiply(curve: CurveName, point: Uint8Array, scalar: Uint8Array): Uint8Array | undefined;
  g1Add(curve: CurveName, a: Uint8Array, b: Uint8Array): Uint8Array | undefined;
  /** Whether r·P = O, by that multiplication. */
  g1InSubgroup(curve: CurveName, point: Uint8Array): boolean;

  /** `value` mod `modulus`; the value may be longer than the modulus. Results have the modulus' length. */
  modReduce(value: Uint8Array, modulus: Uint8Array): Uint8Array;
  modMultiply(a: Uint8Array, b: Uint8Array, modulus: Uint8Array): Uint8Array;
  modAdd(a: Uint8Array, b: Uint8Array, modulus: Uint8Array): Uint8Array;
  /** (a − b) mod `modulus`. */
  modSubtract(a: Uint8Array, b: Uint8Array, modulus: Uint8Array): Uint8Array;
  /** Inverse for a prime modulus; `undefined` for a multiple of it. */
  modInvert(a: Uint8Array, modulus: Uint8Array): Uint8Array | undefined;
}
