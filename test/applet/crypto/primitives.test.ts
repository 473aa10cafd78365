import { describe, expect, test } from 'vitest';
import { fromHex, toHex, utf8ToBytes } from '../../../apdu/index.js';
import { hkdfExpand, hkdfExtract, hmacSha256, P256_ORDER } from '../../../applet/index.js';
import { meteredCoprocessor } from './metered-coprocessor.js';
import { FIPS_197_C1, GCM_CASE_4, RFC_4231, RFC_4493, RFC_5869, RFC_6979 } from './vectors.js';

const { coprocessor, charges } = meteredCoprocessor(1);

describe('symmetric primitives', () => {
  test('SHA-256 of "abc" (FIPS 180-4)', () => {
    expect(toHex(coprocessor.sha256(utf8ToBytes('abc')))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });

  test('AES-128 block (FIPS 197 C.1), both ways', () => {
    const [key, plaintext] = [fromHex(FIPS_197_C1.key), fromHex(FIPS_197_C1.plaintext)];
    const ciphertext = coprocessor.aes128EcbEncrypt(key, plaintext);
    expect(toHex(ciphertext)).toBe(FIPS_197_C1.ciphertext);
    expect(coprocessor.aes128EcbDecrypt(key, ciphertext)).toEqual(plaintext);
  });

  test.each(RFC_4493.macs)('AES-CMAC of $length bytes (RFC 4493)', ({ length, mac }) => {
    const message = fromHex(RFC_4493.message).subarray(0, length);
    expect(toHex(coprocessor.aes128Cmac(fromHex(RFC_4493.key), message))).toBe(mac);
    expect(charges.at(-1)).toEqual(['aes128-cmac', length]);
  });

  test('AES-128-GCM (GCM specification, case 4); an altered byte is refused', () => {
    const [key, nonce, aad] = [GCM_CASE_4.key, GCM_CASE_4.nonce, GCM_CASE_4.aad].map(fromHex) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const sealed = coprocessor.aes128GcmSeal(key, nonce, aad, fromHex(GCM_CASE_4.plaintext));
    expect(toHex(sealed)).toBe(GCM_CASE_4.sealed);
    expect(charges.at(-1)).toEqual(['aes128-gcm', 80]);
    expect(toHex(coprocessor.aes128GcmOpen(key, nonce, aad, sealed)!)).toBe(GCM_CASE_4.plaintext);
    for (let i = 0; i < sealed.length; i++) {
      const altered = sealed.slice();
      altered[i]! ^= 1;
      expect(coprocessor.aes128GcmOpen(key, nonce, aad, altered)).toBeUndefined();
    }
    expect(coprocessor.aes128GcmOpen(key, nonce, aad, sealed.subarray(0, 5))).toBeUndefined();
  });

  test.each(RFC_4231)('HMAC-SHA-256 (RFC 4231), key of $key.length digits', ({ key, message, mac }) => {
    expect(toHex(hmacSha256(coprocessor, fromHex(key), fromHex(message)))).toBe(mac);
  });

  test.each(RFC_5869)('HKDF-SHA-256 (RFC 5869), salt "$salt"', ({ ikm, salt, info, prk, okm }) => {
    const key = hkdfExtract(coprocessor, fromHex(salt), fromHex(ikm));
    expect(toHex(key)).toBe(prk);
    expect(toHex(hkdfExpand(coprocessor, key, fromHex(info), okm.length / 2))).toBe(okm);
  });
});

describe('P-256', () => {
  const secretKey = fromHex(RFC_6979.secretKey);
  const publicKey = fromHex(RFC_6979.publicKey);

  test('public key (RFC 6979 A.2.5), both point forms', () => {
    expect(coprocessor.p256PublicKey(secretKey)).toEqual(publicKey);
    const uncompressed = coprocessor.p256Uncompress(publicKey)!;
    expect(uncompressed.length).toBe(65);
    expect(coprocessor.p256Uncompress(uncompressed)).toEqual(uncompressed);
  });

  test.each(RFC_6979.signatures)(
    'ECDSA of "$text" (RFC 6979 A.2.5): low-S out, any S in',
    ({ text, r, s }) => {
      const digest = coprocessor.sha256(utf8ToBytes(text));
      const printed = fromHex(r + s);
      const order = BigInt(`0x${toHex(P256_ORDER)}`);
      const value = BigInt(`0x${s}`);
      const low = value > order / 2n ? order - value : value;
      const signature = coprocessor.p256EcdsaSign(secretKey, digest)!;
      expect(toHex(signature)).toBe(r + low.toString(16).padStart(64, '0'));
      expect(coprocessor.p256EcdsaVerify(publicKey, digest, signature)).toBe(true);
      expect(coprocessor.p256EcdsaVerify(publicKey, digest, printed)).toBe(true);
      printed[40]! ^= 1;
      expect(coprocessor.p256EcdsaVerify(publicKey, digest, printed)).toBe(false);
    },
  );

  test('a generated pair agrees on a secret with another; multiplication and addition are consistent', () => {
    const a = coprocessor.p256GenerateKeyPair();
    const b = coprocessor.p256GenerateKeyPair();
    const shared = coprocessor.p256Ecdh(a.secretKey, b.publicKey)!;
    expect(shared.length).toBe(32);
    expect(coprocessor.p256Ecdh(b.secretKey, a.publicKey)).toEqual(shared);
    const product = coprocessor.modMultiply(a.secretKey, b.secretKey, P256_ORDER);
    expect(coprocessor.p256Multiply(b.publicKey, a.secretKey)).toEqual(coprocessor.p256PublicKey(product));
    const sum = coprocessor.modAdd(a.secretKey, b.secretKey, P256_ORDER);
    expect(coprocessor.p256Add(a.publicKey, b.publicKey)).toEqual(coprocessor.p256PublicKey(sum));
  });

  test('bad scalars and points give no result and do not throw', () => {
    const bad = [
      new Uint8Array(32),
      P256_ORDER,
      new Uint8Array(32).fill(0xff),
      secretKey.subarray(1),
      new Uint8Array(0),
    ];
    for (const scalar of bad) {
      expect(coprocessor.p256PublicKey(scalar)).toBeUndefined();
      expect(coprocessor.p256EcdsaSign(scalar, new Uint8Array(32))).toBeUndefined();
      expect(coprocessor.p256Ecdh(scalar, publicKey)).toBeUndefined();
      expect(coprocessor.p256Multiply(publicKey, scalar)).toBeUndefined();
    }
    const offCurve = coprocessor.p256Uncompress(publicKey)!.slice();
    offCurve[64]! ^= 1;
    const points = [new Uint8Array(33), new Uint8Array(1), offCurve, new Uint8Array(33).fill(0xff)];
    for (const point of points) {
      expect(coprocessor.p256Uncompress(point)).toBeUndefined();
      expect(coprocessor.p256Ecdh(secretKey, point)).toBeUndefined();
      expect(coprocessor.p256Add(publicKey, point)).toBeUndefined();
      expect(coprocessor.p256EcdsaVerify(point, new Uint8Array(32), new Uint8Array(64))).toBe(false);
    }
    expect(coprocessor.p256EcdsaVerify(publicKey, new Uint8Array(32), new Uint8Array(64))).toBe(false);
    expect(coprocessor.p256EcdsaVerify(publicKey, new Uint8Array(32), new Uint8Array(63))).toBe(false);
    const opposite = coprocessor.p256PublicKey(
      coprocessor.modSubtract(new Uint8Array(32), secretKey, P256_ORDER),
    )!;
    expect(coprocessor.p256Add(publicKey, opposite)).toBeUndefined();
  });

  test('modular inverse', () => {
    const inverse = coprocessor.modInvert(secretKey, P256_ORDER)!;
    const one = coprocessor.modMultiply(inverse, secretKey, P256_ORDER);
    expect(toHex(one)).toBe('1'.padStart(64, '0'));
    expect(coprocessor.modInvert(new Uint8Array(32), P256_ORDER)).toBeUndefined();
  });
});
