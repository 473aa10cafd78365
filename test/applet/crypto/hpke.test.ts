import { expect, test } from 'vitest';
import { encodeHpkeInfo, fromHex, toHex } from '../../../apdu/index.js';
import { hpkeOpenBase, hpkeSealBase, openEnvelope, sealEnvelope } from '../../../applet/index.js';
import { meteredCoprocessor } from './metered-coprocessor.js';
import { RFC_9180_A3 as V } from './vectors.js';

const info = encodeHpkeInfo({
  equation: 6,
  sender: 'patient',
  recipient: Uint8Array.of(1, 2),
  messageId: new Uint8Array(16),
});
const aad = Uint8Array.of(9);

test('RFC 9180 A.3.1, base mode', () => {
  const { coprocessor } = meteredCoprocessor(2);
  const message = { info: fromHex(V.info), aad: fromHex(V.aad), plaintext: fromHex(V.plaintext) };
  const ephemeral = { secretKey: fromHex(V.skEm), publicKey: fromHex(V.pkEm) };
  const sealed = hpkeSealBase(coprocessor, fromHex(V.pkRm), message, ephemeral)!;
  expect(toHex(sealed.encapsulatedKey)).toBe(V.pkEm);
  expect(toHex(sealed.ciphertext)).toBe(V.ciphertext);
  const recipient = { secretKey: fromHex(V.skRm), publicKey: fromHex(V.pkRm) };
  expect(toHex(hpkeOpenBase(coprocessor, recipient, sealed, message.info, message.aad)!)).toBe(V.plaintext);
});

test('an envelope opens with its context only, and costs two multiplications to seal and one to open', () => {
  const { coprocessor, charges, counts } = meteredCoprocessor(3);
  const keys = coprocessor.p256GenerateKeyPair();
  const plaintext = coprocessor.random(300);
  charges.length = 0;
  const envelope = sealEnvelope(coprocessor, keys.publicKey, { info, aad, plaintext })!;
  expect(envelope.length).toBe(65 + 512 + 16);
  expect(counts()).toMatchObject({ 'p256-keygen': 1, 'p256-ecdh': 1, 'aes128-gcm': 1 });
  charges.length = 0;
  expect(openEnvelope(coprocessor, keys, envelope, info, aad)).toEqual(plaintext);
  expect(counts()).toMatchObject({ 'p256-ecdh': 1, 'aes128-gcm': 1 });
  expect(counts()['p256-keygen']).toBeUndefined();

  const other = coprocessor.p256GenerateKeyPair();
  expect(openEnvelope(coprocessor, other, envelope, info, aad)).toBeUndefined();
  expect(openEnvelope(coprocessor, keys, envelope, info, Uint8Array.of(8))).toBeUndefined();
  expect(openEnvelope(coprocessor, keys, envelope, info.subarray(1), aad)).toBeUndefined();
  for (const at of [0, 1, 40, 64, 65, 100, envelope.length - 1]) {
    const altered = envelope.slice();
    altered[at]! ^= 1;
    expect(openEnvelope(coprocessor, keys, altered, info, aad)).toBeUndefined();
  }
  for (const length of [0, 33, 65, 70, 80, 81, 100]) {
    expect(openEnvelope(coprocessor, keys, envelope.subarray(0, length), info, aad)).toBeUndefined();
  }
});

test('a recipient key off the curve is refused', () => {
  const { coprocessor } = meteredCoprocessor(4);
  const plaintext = new Uint8Array(1);
  for (const key of [new Uint8Array(33), new Uint8Array(65), new Uint8Array(0)]) {
    expect(sealEnvelope(coprocessor, key, { info, aad, plaintext })).toBeUndefined();
  }
});
