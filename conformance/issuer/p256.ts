/** P-256 on node:crypto, independent of the card's implementation. For test keys: not constant in time. */

import { createECDH, createHash, createPublicKey, ECDH, verify } from 'node:crypto';
import { concatBytes, fromHex, toHex } from '../../apdu/index.js';
import type { SeededRandom } from './seeded-random.js';

const CURVE = 'prime256v1';
const ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');

/** A key pair: 32 bytes secret, 33 bytes compressed point. */
export type P256Keys = { readonly secretKey: Uint8Array; readonly publicKey: Uint8Array };

export function makeKeys(random: SeededRandom): P256Keys {
  const secretKey = toBytes((fromBytes(random.bytes(40)) % (ORDER - 1n)) + 1n);
  return keysFrom(secretKey);
}

/** A key pair whose x-coordinate begins with a zero byte, as one in 256 does. */
export function makeKeysWithZero(random: SeededRandom): P256Keys {
  for (;;) {
    const keys = makeKeys(random);
    if (keys.publicKey[1] === 0) return keys;
  }
}

/** The key pair of a secret scalar of 32 bytes. @throws {Error} when it is none. */
export function keysFrom(secretKey: Uint8Array): P256Keys {
  return { secretKey, publicKey: publicKeyOf(secretKey) };
}

function publicKeyOf(secretKey: Uint8Array): Uint8Array {
  const ecdh = createECDH(CURVE);
  ecdh.setPrivateKey(secretKey);
  return Uint8Array.from(ecdh.getPublicKey(null, 'compressed'));
}

/** The 65-byte form of a point. @throws {Error} when the bytes are no point of the curve. */
export function uncompress(point: Uint8Array): Uint8Array {
  return Uint8Array.from(ECDH.convertKey(point, CURVE, undefined, undefined, 'uncompressed') as Buffer);
}

/** x-coordinate of the shared point. @throws {Error} when the bytes are no point of the curve. */
export function sharedSecret(secretKey: Uint8Array, point: Uint8Array): Uint8Array {
  const ecdh = createECDH(CURVE);
  ecdh.setPrivateKey(secretKey);
  return Uint8Array.from(ecdh.computeSecret(point));
}

/**
 * ECDSA with SHA-256, r ‖ s. node:crypto draws its own nonces; here the nonce comes from key and
 * message, so that a run can be repeated.
 */
export function sign(secretKey: Uint8Array, message: Uint8Array): Uint8Array {
  const digest = sha256(message);
  const nonce = (fromBytes(sha512(concatBytes(secretKey, digest))) % (ORDER - 1n)) + 1n;
  const r = fromBytes(uncompress(publicKeyOf(toBytes(nonce))).subarray(1, 33)) % ORDER;
  const s = (invert(nonce) * (fromBytes(digest) + r * fromBytes(secretKey))) % ORDER;
  return concatBytes(toBytes(r), toBytes(s));
}

/** Whether node:crypto takes `signature` (r ‖ s) for one of `publicKey` over SHA-256 of `message`. */
export function isSignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const point = uncompress(publicKey);
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: Buffer.from(point.subarray(1, 33)).toString('base64url'),
    y: Buffer.from(point.subarray(33)).toString('base64url'),
  };
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  return verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature);
}

export function sha256(message: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(message).digest());
}

function sha512(message: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash('sha512').update(message).digest());
}

function invert(value: bigint): bigint {
  let [a, b, x, y] = [value, ORDER, 1n, 0n];
  while (b !== 0n) [a, b, x, y] = [b, a % b, y, x - (a / b) * y];
  return ((x % ORDER) + ORDER) % ORDER;
}

export function fromBytes(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`);
}

export function toBytes(value: bigint, length = 32): Uint8Array {
  return fromHex(value.toString(16).padStart(2 * length, '0'));
}
