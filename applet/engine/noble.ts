/** The reference engine, on @noble/curves, @noble/hashes and @noble/ciphers. */

import { cmac, ecb, gcm } from '@noble/ciphers/aes.js';
import { p256 } from '@noble/curves/nist.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { CryptoEngine } from '../runtime/crypto-engine.js';
import { fromInteger, toInteger, toScalar } from './integers.js';
import { nobleG1 } from './noble-g1.js';

type P256Point = InstanceType<typeof p256.Point>;

const N = p256.Point.Fn.ORDER;

/** A P-256 point that is on the curve and not at infinity. */
function readPoint(bytes: Uint8Array): P256Point | undefined {
  if (bytes.length !== 33 && bytes.length !== 65) return undefined;
  try {
    return p256.Point.fromBytes(bytes);
  } catch {
    return undefined;
  }
}

function writePoint(point: P256Point): Uint8Array | undefined {
  return point.is0() ? undefined : point.toBytes(true);
}

export const nobleEngine: CryptoEngine = {
  ...nobleG1,

  sha256: (message) => sha256(message),

  aes128EcbEncrypt: (key, blocks) => ecb(key, { disablePadding: true }).encrypt(blocks),
  aes128EcbDecrypt: (key, blocks) => ecb(key, { disablePadding: true }).decrypt(blocks),
  aes128Cmac: (key, message) => cmac(message, key),
  aes128GcmSeal: (key, nonce, aad, plaintext) => gcm(key, nonce, aad).encrypt(plaintext),
  aes128GcmOpen(key, nonce, aad, sealed) {
    try {
      return gcm(key, nonce, aad).decrypt(sealed);
    } catch {
      return undefined;
    }
  },

  p256PublicKey(secretKey) {
    return toScalar(secretKey, N) === undefined ? undefined : p256.getPublicKey(secretKey, true);
  },
  p256Uncompress: (point) => readPoint(point)?.toBytes(false),
  p256EcdsaSign(secretKey, digest) {
    if (toScalar(secretKey, N) === undefined || digest.length !== 32) return undefined;
    return p256.sign(digest, secretKey, { prehash: false, lowS: true });
  },
  p256EcdsaVerify(publicKey, digest, signature) {
    if (signature.length !== 64 || digest.length !== 32 || !readPoint(publicKey)) return false;
    try {
      return p256.verify(signature, digest, publicKey, { prehash: false, lowS: false });
    } catch {
      return false;
    }
  },
  p256Ecdh(secretKey, publicKey) {
    const point = readPoint(publicKey);
    const scalar = toScalar(secretKey, N);
    return point && scalar !== undefined ? writePoint(point.multiply(scalar))?.subarray(1) : undefined;
  },
  p256Multiply(bytes, scalarBytes) {
    const point = readPoint(bytes);
    const scalar = toScalar(scalarBytes, N);
    return point && scalar !== undefined ? writePoint(point.multiply(scalar)) : undefined;
  },
  p256Add(a, b) {
    const left = readPoint(a);
    const right = readPoint(b);
    return left && right ? writePoint(left.add(right)) : undefined;
  },

  modReduce: (value, modulus) => fromInteger(toInteger(value) % toInteger(modulus), modulus.length),
  modMultiply: (a, b, modulus) =>
    fromInteger((toInteger(a) * toInteger(b)) % toInteger(modulus), modulus.length),
  modAdd: (a, b, modulus) => fromInteger((toInteger(a) + toInteger(b)) % toInteger(modulus), modulus.length),
  modSubtract(a, b, modulus) {
    const m = toInteger(modulus);
    return fromInteger((((toInteger(a) - toInteger(b)) % m) + m) % m, modulus.length);
  },
  modInvert(a, modulus) {
    const m = toInteger(modulus);
    const inverse = power(toInteger(a) % m, m - 2n, m);
    return inverse === 0n ? undefined : fromInteger(inverse, modulus.length);
  },
};

/** base^exponent mod `modulus`; with exponent p − 2 the inverse in Fp (Fermat). */
function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}
