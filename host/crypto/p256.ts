/** P-256 on OpenSSL (node:crypto): what ECDSA and HPKE of this folder need of the curve. */

import { createECDH, ECDH } from 'node:crypto';

/** Order of the group (SEC 2, 2.4.2). */
export const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

const CURVE = 'prime256v1';
/** One object for all calls, which do not wait in between; every call sets its key. */
const ecdh = createECDH(CURVE);

/** @throws {Error} for a scalar out of range. */
export function publicKeyOf(
  secretKey: Uint8Array,
  form: 'compressed' | 'uncompressed' = 'compressed',
): Uint8Array {
  ecdh.setPrivateKey(secretKey);
  return new Uint8Array(ecdh.getPublicKey(null, form));
}

/**
 * The own point, uncompressed, and the x-coordinate of secretKey·point, 32 bytes (SP 800-56A, 5.7.1.2), unless
 * `point` is none of the curve. Both at once, for setting the key costs a multiplication.
 * @throws {Error} for a scalar out of range.
 */
export function agree(
  secretKey: Uint8Array,
  point: Uint8Array,
): { readonly ownPoint: Uint8Array; readonly sharedX: Uint8Array | undefined } {
  const ownPoint = publicKeyOf(secretKey, 'uncompressed');
  try {
    return { ownPoint, sharedX: new Uint8Array(ecdh.computeSecret(point)) };
  } catch {
    return { ownPoint, sharedX: undefined };
  }
}

/** The uncompressed form, 65 bytes, of a compressed point, 33 bytes. @throws {Error} for what is none. */
export function decompress(point: Uint8Array): Uint8Array {
  if (point.length !== 33) throw new RangeError('a compressed point of P-256 has 33 bytes');
  return new Uint8Array(ECDH.convertKey(point, CURVE, undefined, undefined, 'uncompressed') as Buffer);
}

export function integerOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`);
}
