import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bbsPublicKeyOf,
  CHALLENGE_BYTES,
  challengeOf,
  challengeScalar,
  concatBytes,
  encodeHpkeInfo,
  equalBytes,
  fromHex,
  GROUP_SUITES,
  groupSuiteById,
  hashInput,
  isScalar,
  joinBbsCredential,
  joinBbsSignature,
  joinPsPublicKey,
  joinPsSignature,
  joinSchnorrProof,
  padPlaintext,
  splitBbsCredential,
  splitBbsPublicKey,
  splitBbsSignature,
  splitPsPublicKey,
  splitPsSignature,
  splitSchnorrProof,
  toHex,
  unpadPlaintext,
} from '../../../apdu/index.js';

const SEED = 20210713;
const suites = Object.values(GROUP_SUITES);
const psSuites = suites.filter(({ scheme }) => scheme === 'ps-g1');
const bbsSuites = suites.filter(({ scheme }) => scheme === 'bbs');

describe('transcript', () => {
  test('bytes: tag and inputs, each after a four-byte length', () => {
    const input = hashInput('ab', [Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)]);
    expect(toHex(input)).toBe('000000026162' + '0000000101' + '00000000' + '000000020203');
  });

  test('two lists of inputs share bytes only when they are equal', () => {
    const list = fc.array(fc.uint8Array({ maxLength: 3 }), { maxLength: 4 });
    fc.assert(
      fc.property(list, list, (a, b) => {
        const same = a.length === b.length && a.every((bytes, i) => equalBytes(bytes, b[i]!));
        return equalBytes(hashInput('t', a), hashInput('t', b)) === same;
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });

  test('challenge: first 31 bytes, always below every order', () => {
    const digest = new Uint8Array(32).fill(0xff);
    const challenge = challengeOf(digest);
    expect(challenge.length).toBe(CHALLENGE_BYTES);
    for (const { curve } of suites) expect(isScalar(curve, challengeScalar(challenge))).toBe(true);
    expect(() => challengeOf(challenge)).toThrow(RangeError);
  });
});

describe('group formats', () => {
  test('sizes on the wire: 184 and 136 bytes for PS-G1, 351 and 287 for BBS', () => {
    expect(suites.map((suite) => [suite.id, suite.signatureBytes])).toEqual([
      [1, 184],
      [2, 136],
      [3, 351],
      [4, 287],
    ]);
    for (const suite of suites) {
      const { g1Bytes, g2Bytes } = suite.curve;
      const isPs = suite.scheme === 'ps-g1';
      expect(suite.signatureBytes).toBe(isPs ? 3 * g1Bytes + 8 + 32 : 4 * g1Bytes + 31 + 4 * 32);
      expect(suite.credentialBytes).toBe(isPs ? 2 * g1Bytes + 63 : 3 * g1Bytes + g2Bytes + 32 + 63);
      expect(groupSuiteById(suite.id)).toBe(suite);
    }
    expect(groupSuiteById(5)).toBeUndefined();
  });

  test.each(psSuites)('$name: signature, split and joined; no other length', (suite) => {
    const signature = Uint8Array.from({ length: suite.signatureBytes }, (_, i) => i);
    expect(joinPsSignature(suite, splitPsSignature(suite, signature)!)).toEqual(signature);
    for (const length of [0, 1, suite.signatureBytes - 1, suite.signatureBytes + 1]) {
      expect(splitPsSignature(suite, new Uint8Array(length))).toBeUndefined();
    }
    const parts = splitPsSignature(suite, signature)!;
    expect(() => joinPsSignature(suite, { ...parts, hint: new Uint8Array(7) })).toThrow(RangeError);
  });

  test.each(psSuites)('$name: public key with the standard generator only', (suite) => {
    const x = new Uint8Array(suite.curve.g2Bytes).fill(1);
    const y = new Uint8Array(suite.curve.g2Bytes).fill(2);
    const key = joinPsPublicKey({ suite, x, y });
    expect(splitPsPublicKey(key)).toEqual({ suite, x, y });
    expect(splitPsPublicKey(key.subarray(1))).toBeUndefined();
    expect(splitPsPublicKey(new Uint8Array(0))).toBeUndefined();
    const generator = key.slice();
    generator[5]! ^= 1;
    expect(splitPsPublicKey(generator)).toBeUndefined();
    const otherSuite = key.slice();
    otherSuite[0] = 5;
    expect(splitPsPublicKey(otherSuite)).toBeUndefined();
    expect(() => joinPsPublicKey({ suite, x: x.subarray(1), y })).toThrow(RangeError);
  });

  test.each(bbsSuites)('$name: signature, credential and public key; no other length', (suite) => {
    const counted = (length: number) => Uint8Array.from({ length }, (_, i) => i);
    const signature = counted(suite.signatureBytes);
    const parts = splitBbsSignature(suite, signature)!;
    expect(joinBbsSignature(suite, parts)).toEqual(signature);
    expect(() => joinBbsSignature(suite, { ...parts, challenge: new Uint8Array(32) })).toThrow(RangeError);
    const credential = counted(suite.credentialBytes);
    expect(joinBbsCredential(splitBbsCredential(suite, credential)!)).toEqual(credential);
    const { keyPoints } = splitBbsCredential(suite, credential)!;
    const key = bbsPublicKeyOf(suite, keyPoints);
    const { w, v, z } = splitBbsPublicKey(key)!;
    expect(concatBytes(w, v, z)).toEqual(keyPoints);
    for (const delta of [-1, 1]) {
      expect(splitBbsSignature(suite, counted(suite.signatureBytes + delta))).toBeUndefined();
      expect(splitBbsCredential(suite, counted(suite.credentialBytes + delta))).toBeUndefined();
      expect(splitBbsPublicKey(bbsPublicKeyOf(suite, counted(keyPoints.length + delta)))).toBeUndefined();
    }
    const generator = key.slice();
    generator[5]! ^= 1;
    expect(splitBbsPublicKey(generator)).toBeUndefined();
    expect(splitPsPublicKey(key)).toBeUndefined();
  });

  test.each(suites)('$name: scalars are 32 bytes below the order', (suite) => {
    const { curve } = suite;
    const below = curve.order.slice();
    below[31]! -= 1;
    expect(isScalar(curve, below)).toBe(true);
    expect(isScalar(curve, new Uint8Array(32))).toBe(true);
    for (const bad of [curve.order, new Uint8Array(32).fill(0xff), below.subarray(1), new Uint8Array(33)]) {
      expect(isScalar(curve, bad)).toBe(false);
    }
  });

  test('Schnorr proof: 63 bytes', () => {
    const proof = Uint8Array.from({ length: 63 }, (_, i) => i);
    expect(joinSchnorrProof(splitSchnorrProof(proof)!)).toEqual(proof);
    expect(splitSchnorrProof(proof.subarray(1))).toBeUndefined();
  });
});

describe('sealed messages', () => {
  test('info is one canonical TLV', () => {
    const messageId = fromHex('000102030405060708090a0b0c0d0e0f');
    const info = encodeHpkeInfo({ equation: 6, sender: 'patient', recipient: fromHex('4e4849'), messageId });
    expect(toHex(info)).toBe(`800101810106820101${'83034e4849'}8410${toHex(messageId)}`);
    const bad = { equation: 6, sender: 'patient', recipient: new Uint8Array(0), messageId } as const;
    expect(() => encodeHpkeInfo(bad)).toThrow(RangeError);
  });

  test('padding: a multiple of 256, at least one byte, strictly undone', () => {
    for (const [length, padded] of [
      [0, 256],
      [1, 256],
      [255, 256],
      [256, 512],
      [511, 512],
      [512, 768],
    ] as const) {
      const text = new Uint8Array(length).fill(0x80);
      expect(padPlaintext(text).length).toBe(padded);
      expect(unpadPlaintext(padPlaintext(text))).toEqual(text);
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (text) =>
        equalBytes(unpadPlaintext(padPlaintext(text))!, text),
      ),
      { seed: SEED },
    );
  });

  test('what no padding makes is refused', () => {
    const padded = padPlaintext(new Uint8Array(300));
    const marks = [0x00, 0x01, 0x81, 0xff].map((mark) => {
      const bytes = padded.slice();
      bytes[300] = mark;
      return bytes;
    });
    const markInAnEarlierBlock = new Uint8Array(512);
    markInAnEarlierBlock[200] = 0x80;
    for (const bytes of [
      ...marks,
      markInAnEarlierBlock,
      padded.subarray(1),
      new Uint8Array(0),
      new Uint8Array(256),
    ]) {
      expect(unpadPlaintext(bytes)).toBeUndefined();
    }
  });
});
