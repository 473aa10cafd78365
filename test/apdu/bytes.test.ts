import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bytesToUint,
  bytesToUtf8,
  concatBytes,
  equalBytes,
  equalConstantTime,
  fromHex,
  toHex,
  uintToBytes,
  utf8ToBytes,
} from '../../apdu/index.js';
import { seedProperties } from './seed.js';

seedProperties();

const bytes = fc.uint8Array({ maxLength: 64 });

describe('byte helpers', () => {
  it('write and read hexadecimal', () => {
    fc.assert(
      fc.property(bytes, (b) => {
        expect(toHex(b)).toBe(Buffer.from(b).toString('hex'));
        expect(fromHex(toHex(b))).toEqual(b);
      }),
    );
    expect(fromHex(' 00 A4\n0c ')).toEqual(Uint8Array.of(0, 0xa4, 0x0c));
    for (const bad of ['0', '0g', '0x00', '00-11', 'é0']) expect(() => fromHex(bad)).toThrow(RangeError);
  });

  it('write and read integers', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.integer({ min: 7, max: 20 }), (value, length) => {
        expect(bytesToUint(uintToBytes(value, length))).toBe(value);
      }),
    );
    expect(toHex(uintToBytes(0x010203, 3))).toBe('010203');
    expect(uintToBytes(0, 0)).toHaveLength(0);
    for (const [value, length] of [
      [256, 1],
      [-1, 1],
      [1.5, 2],
      [2 ** 32, 4],
      [2 ** 53, 8],
      [1, 0],
    ] as const) {
      expect(() => uintToBytes(value, length)).toThrow(RangeError);
    }
    expect(() => bytesToUint(new Uint8Array(8).fill(0xff))).toThrow(RangeError);
    expect(bytesToUint(fromHex('001fffffffffffff'))).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('write and read UTF-8 as the platform does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        expect(toHex(utf8ToBytes(text))).toBe(Buffer.from(text, 'utf8').toString('hex'));
        expect(bytesToUtf8(utf8ToBytes(text))).toBe(text);
      }),
    );
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    fc.assert(
      fc.property(bytes, (b) => {
        let expected: string | undefined;
        try {
          expected = decoder.decode(b);
        } catch {
          expected = undefined;
        }
        if (expected === undefined) expect(() => bytesToUtf8(b)).toThrow(RangeError);
        else expect(bytesToUtf8(b)).toBe(expected);
      }),
      { numRuns: 1000 },
    );
    for (const overlongOrCut of ['c080', 'e08080', 'eda080', 'f4908080', 'c3', '80']) {
      expect(() => bytesToUtf8(fromHex(overlongOrCut))).toThrow(RangeError);
    }
  });

  it('compare', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        const same = toHex(a) === toHex(b);
        expect(equalBytes(a, b)).toBe(same);
        expect(equalConstantTime(a, b)).toBe(same);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 32 }), fc.nat(), fc.nat(7), (a, at, bit) => {
        const b = Uint8Array.from(a);
        b[at % b.length]! ^= 1 << bit;
        expect(equalConstantTime(a, b)).toBe(false);
        expect(equalConstantTime(a, Uint8Array.from(a))).toBe(true);
        expect(equalConstantTime(a, a.subarray(1))).toBe(false);
      }),
    );
  });

  it('join', () => {
    expect(toHex(concatBytes())).toBe('');
    expect(toHex(concatBytes(fromHex('01'), fromHex(''), fromHex('0203')))).toBe('010203');
  });
});
