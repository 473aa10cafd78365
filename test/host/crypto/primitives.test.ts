import { Aes128Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from '@hpke/core';
import { p256 } from '@noble/curves/nist.js';
import { describe, expect, test } from 'vitest';
import { encodeHpkeInfo, fromHex, toHex, utf8ToBytes } from '../../../apdu/index.js';
import { openEnvelope, sealEnvelope } from '../../../applet/index.js';
import {
  aesCmac,
  ecPublicKey,
  generateEcKeyPair,
  openHpke,
  openHpkeBase,
  sealHpke,
  sealHpkeBase,
  seededRng,
  sha256,
  signEcdsa,
  systemRng,
  verifyEcdsa,
} from '../../../host/index.js';
import { meteredCoprocessor } from '../../applet/crypto/metered-coprocessor.js';
import { RFC_4493, RFC_6979, RFC_9180_A3 as V } from '../../applet/crypto/vectors.js';

const { coprocessor } = meteredCoprocessor(1);
const rng = seededRng(1);

describe('ECDSA', () => {
  const publicKey = fromHex(RFC_6979.publicKey);

  test.each(RFC_6979.signatures)('RFC 6979 A.2.5 "$text"', ({ text, r, s }) => {
    const message = utf8ToBytes(text);
    const signature = signEcdsa(fromHex(RFC_6979.secretKey), message);
    expect(toHex(signature.subarray(0, 32))).toBe(r);
    expect(verifyEcdsa(publicKey, message, signature)).toBe(true);
    expect(verifyEcdsa(publicKey, message, fromHex(r + s))).toBe(true);
    expect(toHex(ecPublicKey(fromHex(RFC_6979.secretKey)))).toBe(RFC_6979.publicKey);
  });

  test('the same bytes as noble, for any key and message', () => {
    for (let i = 0; i < 100; i++) {
      const { secretKey } = generateEcKeyPair(rng);
      const message = rng.bytes(i);
      const other = p256.sign(message, secretKey, { prehash: true, lowS: true });
      expect(toHex(signEcdsa(secretKey, message))).toBe(toHex(other));
    }
    for (const bad of [new Uint8Array(32), new Uint8Array(32).fill(0xff), new Uint8Array(31).fill(1)]) {
      expect(() => signEcdsa(bad, rng.bytes(8))).toThrow(RangeError);
    }
  });

  test('card and host accept one another’s signatures', () => {
    const message = utf8ToBytes('statement');
    const digest = sha256(message);
    const card = coprocessor.p256GenerateKeyPair();
    const host = generateEcKeyPair(rng);
    expect(verifyEcdsa(card.publicKey, message, coprocessor.p256EcdsaSign(card.secretKey, digest)!)).toBe(
      true,
    );
    expect(coprocessor.p256EcdsaVerify(host.publicKey, digest, signEcdsa(host.secretKey, message))).toBe(
      true,
    );
  });

  test('refused: any altered byte, another key or message, malformed input', () => {
    const { secretKey, publicKey: key } = generateEcKeyPair(rng);
    const message = utf8ToBytes('m');
    const signature = signEcdsa(secretKey, message);
    for (let at = 0; at < 64; at++) {
      const altered = signature.slice();
      altered[at]! ^= 1;
      expect(verifyEcdsa(key, message, altered)).toBe(false);
    }
    expect(verifyEcdsa(publicKey, message, signature)).toBe(false);
    expect(verifyEcdsa(key, utf8ToBytes('n'), signature)).toBe(false);
    for (const bad of [
      new Uint8Array(0),
      new Uint8Array(63),
      new Uint8Array(64),
      new Uint8Array(64).fill(0xff),
    ]) {
      expect(verifyEcdsa(key, message, bad)).toBe(false);
    }
    for (const bad of [new Uint8Array(0), new Uint8Array(33), new Uint8Array(33).fill(0xff)]) {
      expect(verifyEcdsa(bad, message, signature)).toBe(false);
    }
  });
});

describe('HPKE', () => {
  const context = {
    info: encodeHpkeInfo({
      equation: 8,
      sender: 'nhi',
      recipient: utf8ToBytes('H-1'),
      messageId: new Uint8Array(16),
    }),
    aad: Uint8Array.of(1),
  };

  test('RFC 9180 A.3.1, base mode', async () => {
    const known = { info: fromHex(V.info), aad: fromHex(V.aad) };
    const recipient = ecPublicKey(fromHex(V.skRm));
    const sealed = await sealHpkeBase(recipient, fromHex(V.plaintext), known, fromHex(V.ikmE));
    expect(toHex(sealed.encapsulatedKey)).toBe(V.pkEm);
    expect(toHex(sealed.ciphertext)).toBe(V.ciphertext);
    expect(toHex((await openHpkeBase(fromHex(V.skRm), sealed, known))!)).toBe(V.plaintext);
  });

  test('another implementation opens what the host seals, and seals what the host opens', async () => {
    const suite = new CipherSuite({
      kem: new DhkemP256HkdfSha256(),
      kdf: new HkdfSha256(),
      aead: new Aes128Gcm(),
    });
    const own = (bytes: Uint8Array) => Uint8Array.from(bytes).buffer;
    const shared = { info: own(context.info) };
    for (const length of [0, 1, 255, 3000]) {
      const plaintext = rng.bytes(length);
      const { secretKey, publicKey } = generateEcKeyPair(rng);
      const recipientKey = await suite.kem.deserializePrivateKey(own(secretKey));
      const sealed = await sealHpkeBase(publicKey, plaintext, context, rng.bytes(32));
      const opened = await suite.open(
        { ...shared, recipientKey, enc: own(sealed.encapsulatedKey) },
        own(sealed.ciphertext),
        own(context.aad),
      );
      expect(new Uint8Array(opened)).toEqual(plaintext);
      const recipientPublicKey = await suite.kem.deserializePublicKey(
        own(p256.Point.fromBytes(publicKey).toBytes(false)),
      );
      const { enc, ct } = await suite.seal(
        { ...shared, recipientPublicKey },
        own(plaintext),
        own(context.aad),
      );
      const theirs = { encapsulatedKey: new Uint8Array(enc), ciphertext: new Uint8Array(ct) };
      expect(await openHpkeBase(secretKey, theirs, context)).toEqual(plaintext);
    }
  });

  test('the card opens what the host seals, and the host what the card seals', async () => {
    const plaintext = rng.bytes(700);
    const card = coprocessor.p256GenerateKeyPair();
    const fromHost = await sealHpke(card.publicKey, plaintext, context, rng);
    expect(openEnvelope(coprocessor, card, fromHost, context.info, context.aad)).toEqual(plaintext);
    const host = generateEcKeyPair(rng);
    const fromCard = sealEnvelope(coprocessor, host.publicKey, { ...context, plaintext })!;
    expect(await openHpke(host.secretKey, fromCard, context)).toEqual(plaintext);
    expect(fromCard.length).toBe(fromHost.length);
  });

  test('reproducible from the seed of its rng', async () => {
    const { publicKey } = generateEcKeyPair(rng);
    const seal = (seed: number) => sealHpke(publicKey, new Uint8Array(3), context, seededRng(seed));
    expect(await seal(5)).toEqual(await seal(5));
    expect(await seal(5)).not.toEqual(await seal(6));
  });

  test('refused: another key, context, altered or short envelopes, a bad recipient key', async () => {
    const { secretKey, publicKey } = generateEcKeyPair(rng);
    const envelope = await sealHpke(publicKey, utf8ToBytes('text'), context, rng);
    expect(await openHpke(generateEcKeyPair(rng).secretKey, envelope, context)).toBeUndefined();
    expect(await openHpke(secretKey, envelope, { ...context, aad: new Uint8Array(0) })).toBeUndefined();
    expect(await openHpke(secretKey, envelope, { ...context, info: new Uint8Array(0) })).toBeUndefined();
    for (const at of [0, 1, 64, 65, envelope.length - 1]) {
      const altered = envelope.slice();
      altered[at]! ^= 1;
      expect(await openHpke(secretKey, altered, context)).toBeUndefined();
    }
    for (const length of [0, 64, 65, 80, 81]) {
      expect(await openHpke(secretKey, envelope.subarray(0, length), context)).toBeUndefined();
    }
    await expect(sealHpke(new Uint8Array(33), new Uint8Array(1), context, rng)).rejects.toThrow(RangeError);
  });

  test('an envelope whose plaintext is not padded is refused', async () => {
    const { secretKey, publicKey } = generateEcKeyPair(rng);
    const parts = await sealHpkeBase(publicKey, new Uint8Array(256), context, rng.bytes(32));
    const envelope = new Uint8Array([...parts.encapsulatedKey, ...parts.ciphertext]);
    expect(await openHpke(secretKey, envelope, context)).toBeUndefined();
  });
});

describe('AES-CMAC', () => {
  test.each(RFC_4493.macs)('RFC 4493, $length bytes', ({ length, mac }) => {
    const message = fromHex(RFC_4493.message).subarray(0, length);
    expect(toHex(aesCmac(fromHex(RFC_4493.key), message))).toBe(mac);
  });

  test('agrees with the card for every length up to five blocks', () => {
    const key = rng.bytes(16);
    for (let length = 0; length <= 80; length++) {
      const message = rng.bytes(length);
      expect(aesCmac(key, message)).toEqual(coprocessor.aes128Cmac(key, message));
    }
  });
});

describe('random bytes', () => {
  test('a seeded source repeats, by seed and label; its bytes depend on no chunking of calls within a block', () => {
    expect(seededRng(9).bytes(100)).toEqual(seededRng(9).bytes(100));
    expect(seededRng(9).bytes(32)).not.toEqual(seededRng(10).bytes(32));
    expect(seededRng(9, 'a').bytes(32)).not.toEqual(seededRng(9, 'b').bytes(32));
    const source = seededRng(9);
    expect(source.bytes(32)).not.toEqual(source.bytes(32));
  });

  test('the system source gives what is asked for', () => {
    expect(systemRng.bytes(40).length).toBe(40);
    expect(systemRng.bytes(32)).not.toEqual(systemRng.bytes(32));
  });
});
