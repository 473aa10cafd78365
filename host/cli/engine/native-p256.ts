/**
 * P-256 on node:crypto. Its signatures are randomised and its verification insists on hashing, so
 * both are put together here from what it does fast: the base point's multiples and Diffie–Hellman.
 */

import { createECDH, ECDH } from 'node:crypto';
import type { CryptoEngine } from '../../../applet/index.js';
import { invertModulo } from '../../index.js';
import { bytesOf, integerOf, P256_ORDER, P256_PRIME, scalarOf } from './p256-numbers.js';
import { withNonce } from './rfc6979.js';

const CURVE = 'prime256v1';
/** One object for all calls: setting its key costs one base-point multiplication, making it more. */
const ecdh = createECDH(CURVE);

type Affine = { readonly x: bigint; readonly y: bigint };

const modulo = (value: bigint, modulus: bigint): bigint => {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
};

/** A plain array: a Buffer would answer `slice` with a view. */
const plain = (buffer: Buffer): Uint8Array => new Uint8Array(buffer);

/** Only the two forms of SEC1 that the card knows; OpenSSL also takes the hybrid one. */
function hasPointForm(bytes: Uint8Array): boolean {
  if (bytes.length === 33) return bytes[0] === 2 || bytes[0] === 3;
  return bytes.length === 65 && bytes[0] === 4;
}

function convert(bytes: Uint8Array, form: 'compressed' | 'uncompressed'): Buffer | undefined {
  if (!hasPointForm(bytes)) return undefined;
  try {
    return ECDH.convertKey(bytes, CURVE, undefined, undefined, form) as Buffer;
  } catch {
    return undefined;
  }
}

/** The points of public keys met last: an issuer's key comes again with every certificate. */
const knownKeys = new Map<string, Buffer>();
const MOST_KNOWN_KEYS = 64;

/** The uncompressed form of a public key; its square root is computed once. */
function pointOfKey(publicKey: Uint8Array): Buffer | undefined {
  const name = Buffer.from(publicKey).toString('latin1');
  const known = knownKeys.get(name);
  if (known) return known;
  const point = convert(publicKey, 'uncompressed');
  if (!point) return undefined;
  if (knownKeys.size >= MOST_KNOWN_KEYS) knownKeys.clear();
  knownKeys.set(name, point);
  return point;
}

/** scalar·G, uncompressed. The scalar is in range. */
function multiplyBase(scalar: Uint8Array): Buffer {
  ecdh.setPrivateKey(scalar);
  return ecdh.getPublicKey();
}

function affineOf(uncompressed: Uint8Array): Affine {
  return { x: integerOf(uncompressed.subarray(1, 33)), y: integerOf(uncompressed.subarray(33)) };
}

/** a + b, uncompressed; `undefined` for the point at infinity. */
function add(a: Affine, b: Affine): Buffer | undefined {
  const p = P256_PRIME;
  const doubled = a.x === b.x;
  if (doubled && a.y !== b.y) return undefined;
  // The curve's a is −3; no point of it has y = 0, for its order is odd.
  const rise = doubled ? 3n * (a.x * a.x - 1n) : b.y - a.y;
  const run = doubled ? 2n * a.y : b.x - a.x;
  const slope = modulo(rise * invertModulo(modulo(run, p), p), p);
  const x = modulo(slope * slope - a.x - b.x, p);
  const y = modulo(slope * (a.x - x) - a.y, p);
  return Buffer.concat([Uint8Array.of(4), bytesOf(x), bytesOf(y)]);
}

function sign(secretKey: Uint8Array, digest: Uint8Array): Uint8Array | undefined {
  const d = scalarOf(secretKey);
  if (d === undefined || digest.length !== 32) return undefined;
  const n = P256_ORDER;
  const h = integerOf(digest) % n;
  return withNonce(secretKey, h, (nonce, k) => {
    ecdh.setPrivateKey(nonce);
    // Uncompressed: 04, x, y; as text, for a Buffer more would cost more than the digits.
    const r = BigInt(`0x${ecdh.getPublicKey('hex').slice(2, 66)}`) % n;
    const s = (invertModulo(k, n) * (h + r * d)) % n;
    if (r === 0n || s === 0n) return undefined;
    const signature = new Uint8Array(64);
    signature.set(bytesOf(r));
    signature.set(bytesOf(s > n >> 1n ? n - s : s), 32);
    return signature;
  });
}

/**
 * h/s·G + r/s·Q = r/s·(Q + h/r·G): the last multiplication is a Diffie–Hellman, whose x-coordinate
 * is all that the comparison with r needs.
 */
function verify(publicKey: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64 || digest.length !== 32) return false;
  const r = scalarOf(signature.subarray(0, 32));
  const s = scalarOf(signature.subarray(32));
  const point = pointOfKey(publicKey);
  if (r === undefined || s === undefined || !point) return false;
  const n = P256_ORDER;
  const inverse = invertModulo((r * s) % n, n);
  const overR = (inverse * s) % n;
  const overS = (inverse * r) % n;
  const shift = ((integerOf(digest) % n) * overR) % n;
  const base = shift === 0n ? point : add(affineOf(point), affineOf(multiplyBase(bytesOf(shift))));
  if (!base) return false;
  ecdh.setPrivateKey(bytesOf((r * overS) % n));
  return integerOf(ecdh.computeSecret(base)) % n === r;
}

/** The operations on P-256 that node:crypto serves better than the reference engine. */
export const nativeP256: Pick<
  CryptoEngine,
  'p256PublicKey' | 'p256Uncompress' | 'p256EcdsaSign' | 'p256EcdsaVerify' | 'p256Ecdh'
> = {
  p256PublicKey(secretKey) {
    if (scalarOf(secretKey) === undefined) return undefined;
    ecdh.setPrivateKey(secretKey);
    return plain(ecdh.getPublicKey(null, 'compressed'));
  },

  p256Uncompress(point) {
    const uncompressed = convert(point, 'uncompressed');
    return uncompressed && plain(uncompressed);
  },

  p256EcdsaSign: sign,
  p256EcdsaVerify: verify,

  p256Ecdh(secretKey, publicKey) {
    if (scalarOf(secretKey) === undefined || !hasPointForm(publicKey)) return undefined;
    ecdh.setPrivateKey(secretKey);
    try {
      return plain(ecdh.computeSecret(publicKey));
    } catch {
      return undefined;
    }
  },
};
