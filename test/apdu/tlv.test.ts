import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  concatBytes,
  decodeTlv,
  decodeTlvs,
  encodeLength,
  encodeTag,
  encodeTlv,
  fromHex,
  isConstructed,
  type Tlv,
  TlvError,
  toHex,
} from '../../apdu/index.js';
import { seedProperties } from './seed.js';

seedProperties();

const tag = fc.oneof(
  fc.integer({ min: 1, max: 0xfe }).filter((first) => (first & 0x1f) !== 0x1f),
  fc
    .tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0x1f, max: 0x7f }))
    .map(([head, low]) => (((head << 5) | 0x1f) << 8) | low),
);
const objects = fc.array(fc.record({ tag, value: fc.uint8Array({ maxLength: 300 }) }), { maxLength: 5 });

function encode(list: readonly Tlv[]): Uint8Array {
  return concatBytes(...list.map((object) => encodeTlv(object.tag, object.value)));
}

describe('BER-TLV, one encoding per value (ISO/IEC 7816-4:2020, 6.3)', () => {
  it('gives back what it encoded', () => {
    fc.assert(
      fc.property(objects, (list) => {
        expect(decodeTlvs(encode(list))).toEqual(list);
      }),
    );
  });

  it('accepts no second encoding: whatever decodes, encodes to the same bytes', () => {
    const nearlyTlv = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.tuple(objects, fc.nat(), fc.integer({ min: 0, max: 255 })).map(([list, at, byte]) => {
        const bytes = Uint8Array.from(encode(list));
        if (bytes.length > 0) bytes[at % Math.min(bytes.length, 8)] = byte;
        return bytes;
      }),
    );
    let accepted = 0;
    fc.assert(
      fc.property(nearlyTlv, (bytes) => {
        let list: readonly Tlv[];
        try {
          list = decodeTlvs(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(TlvError);
          return;
        }
        accepted++;
        expect(toHex(encode(list))).toBe(toHex(bytes));
      }),
      { numRuns: 3000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });

  it.each([
    ['00 is padding, no tag', '000000', 0],
    ['FF is no tag', 'ff0100', 0],
    ['a two-byte tag cut short', '5f', 0],
    ['a tag below 1F in two bytes', '5f1e00', 0],
    ['a tag of three bytes', '5f812000', 0],
    ['a missing length', '80', 1],
    ['the indefinite form', '8080000000', 1],
    ['81 for a length below 80', '80817f', 1],
    ['82 for a length below 100', '808200ff', 1],
    ['three length bytes', '8083000001aa', 1],
    ['the reserved length FF', '80ff', 1],
    ['81 cut short', '8081', 1],
    ['82 cut short', '808201', 1],
    ['a value cut short', '8002aa', 2],
    ['a second object cut short', '8001aa81', 4],
  ])('refuses %s', (_, hex, offset) => {
    expect(() => decodeTlvs(fromHex(hex))).toThrow(TlvError);
    try {
      decodeTlvs(fromHex(hex));
    } catch (error) {
      expect((error as TlvError).offset).toBe(offset);
    }
  });

  it('refuses every length form but the shortest, for every length', () => {
    const value = new Uint8Array(0x100);
    for (let length = 0; length <= 0xff; length++) {
      const body = value.subarray(0, length);
      expect(() => decodeTlvs(concatBytes(Uint8Array.of(0x80, 0x82, 0, length), body))).toThrow(TlvError);
      const oneByte = concatBytes(Uint8Array.of(0x80, 0x81, length), body);
      if (length < 0x80) expect(() => decodeTlvs(oneByte)).toThrow(TlvError);
      else expect(decodeTlvs(oneByte)[0]!.value).toHaveLength(length);
    }
  });

  it('encodes lengths at the boundaries', () => {
    const lengths = [0, 0x7f, 0x80, 0xff, 0x100, 0xffff].map((length) => toHex(encodeLength(length)));
    expect(lengths).toEqual(['00', '7f', '8180', '81ff', '820100', '82ffff']);
    expect(() => encodeLength(0x10000)).toThrow(RangeError);
    expect(decodeTlv(encodeTlv(0x80, new Uint8Array(65535))).value).toHaveLength(65535);
  });

  it('encodes a tag only when it is one', () => {
    expect([0x80, 0x5f20, 0x7f21, 0xdf7f].map((t) => toHex(encodeTag(t)))).toEqual([
      '80',
      '5f20',
      '7f21',
      'df7f',
    ]);
    for (const bad of [0, -1, 0x1f, 0x5f, 0xff, 0x5f1e, 0x5f80, 0x8001, 0xff20, 0x105f20, 1.5, Number.NaN]) {
      expect(() => encodeTag(bad)).toThrow(RangeError);
    }
  });

  it('takes exactly one object where one is wanted', () => {
    expect(toHex(decodeTlv(fromHex('8001aa')).value)).toBe('aa');
    expect(() => decodeTlv(fromHex(''))).toThrow('not 0');
    expect(() => decodeTlv(fromHex('80008100'))).toThrow('not 2');
    expect(() => decodeTlv(fromHex('8001aa00'))).toThrow(TlvError);
  });

  it('knows constructed tags', () => {
    expect([0x30, 0x7f21, 0xbf21].map(isConstructed)).toEqual([true, true, true]);
    expect([0x80, 0x5f37, 0xdf21].map(isConstructed)).toEqual([false, false, false]);
  });
});
