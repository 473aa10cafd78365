import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  commandMacInput,
  fromHex,
  isProtectedClass,
  parseProtectedCommandData,
  parseProtectedResponse,
  protectedCommandData,
  protectedCommandObjects,
  protectedResponseData,
  protectedResponseObjects,
  responseMacInput,
  toHex,
} from '../../apdu/index.js';
import { seedProperties } from './seed.js';

seedProperties();

const checksum = fromHex('0102030405060708');

describe('secure messaging framing (ISO/IEC 7816-4:2020, clause 10)', () => {
  it('lays out the bytes of a command and a response', () => {
    const cryptogram = fromHex('00112233445566778899aabbccddeeff');
    expect(toHex(protectedCommandData({ cryptogram, le: 256, checksum }))).toBe(
      '87110100112233445566778899aabbccddeeff9701008e080102030405060708',
    );
    expect(toHex(protectedCommandData({ le: 65536, checksum }))).toBe('970200008e080102030405060708');
    expect(toHex(protectedCommandData({ checksum }))).toBe('8e080102030405060708');
    expect(toHex(protectedResponseData({ cryptogram, sw: 0x9000, checksum }))).toBe(
      '87110100112233445566778899aabbccddeeff990290008e080102030405060708',
    );
    expect(toHex(protectedResponseData({ sw: 0x6985, checksum }))).toBe('990269858e080102030405060708');
  });

  it('pads header and objects to blocks after a 16-byte counter', () => {
    const objects = protectedCommandObjects({ le: 256 });
    expect(toHex(commandMacInput(0x0102, fromHex('0cdb3fff'), objects))).toBe(
      `${'00'.repeat(14)}0102` + `0cdb3fff80${'00'.repeat(11)}` + `97010080${'00'.repeat(12)}`,
    );
    expect(toHex(responseMacInput(7, protectedResponseObjects({ sw: 0x9000 })))).toBe(
      `${'00'.repeat(15)}07` + `9902900080${'00'.repeat(11)}`,
    );
    // a full block gets a block of padding of its own, and so do no objects at all
    expect(responseMacInput(1, new Uint8Array(16)).length).toBe(48);
    expect(toHex(commandMacInput(0, fromHex('0c000000'), new Uint8Array(0)).subarray(32))).toBe(
      `80${'00'.repeat(15)}`,
    );
  });

  it('says which bytes the checksum covers, whatever they carry', () => {
    const blocks = fc
      .integer({ min: 1, max: 45 })
      .chain((count) => fc.uint8Array({ minLength: 16 * count, maxLength: 16 * count }));
    fc.assert(
      fc.property(
        fc.option(blocks, { nil: undefined }),
        fc.option(fc.integer({ min: 1, max: 65536 }), { nil: undefined }),
        fc.uint8Array({ minLength: 8, maxLength: 8 }),
        (cryptogram, le, mac) => {
          const parsed = parseProtectedCommandData(protectedCommandData({ cryptogram, le, checksum: mac }));
          expect(parsed).toEqual({
            cryptogram,
            le,
            checksum: mac,
            objects: protectedCommandObjects({ cryptogram, le }),
          });
        },
      ),
    );
    fc.assert(
      fc.property(
        fc.option(blocks, { nil: undefined }),
        fc.integer({ min: 0, max: 0xffff }),
        (cryptogram, sw) => {
          const parsed = parseProtectedResponse(protectedResponseData({ cryptogram, sw, checksum }));
          expect(parsed).toEqual({
            cryptogram,
            sw,
            checksum,
            objects: protectedResponseObjects({ cryptogram, sw }),
          });
        },
      ),
    );
  });

  it('has no two commands with the same bytes under the checksum', () => {
    const command = fc.record({
      counter: fc.nat(3),
      header: fc.constantFrom('0cdb3fff', '0cdb3f80', '8cdb3fff'),
      objects: fc.uint8Array({ max: 1, maxLength: 34 }).map((bytes) => bytes.map((b) => b * 0x80)),
    });
    fc.assert(
      fc.property(command, command, (a, b) => {
        const input = (c: typeof a) => toHex(commandMacInput(c.counter, fromHex(c.header), c.objects));
        expect(input(a) === input(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['no checksum', '87110100112233445566778899aabbccddeeff'],
    ['plain data', '8102aabb8e080102030405060708'],
    ['a cryptogram without its indicator', '871000112233445566778899aabbccddeeff8e080102030405060708'],
    ['another padding indicator', '87110200112233445566778899aabbccddeeff8e080102030405060708'],
    ['a cryptogram of no whole block', '870301aabb8e080102030405060708'],
    ['an empty cryptogram', '8701018e080102030405060708'],
    ['nothing', ''],
    ['a short checksum', '8e0701020304050607'],
    ['objects in another order', '97010087110100112233445566778899aabbccddeeff8e080102030405060708'],
    [
      'an object twice',
      '87110100112233445566778899aabbccddeeff87110100112233445566778899aabbccddeeff8e080102030405060708',
    ],
    ['an unknown object', '8301aa8e080102030405060708'],
    ['something after the checksum', '8e08010203040506070887110100112233445566778899aabbccddeeff'],
    ['Le in two bytes where one does', '970201008e080102030405060708'],
    ['Le without bytes', '97008e080102030405060708'],
    ['Le of three bytes', '97030000018e080102030405060708'],
    ['broken TLV', '81058e080102030405060708'],
  ])('refuses a command with %s', (_, hex) => {
    expect(() => parseProtectedCommandData(fromHex(hex))).toThrow(RangeError);
  });

  it.each([
    ['no status', '87110100112233445566778899aabbccddeeff8e080102030405060708'],
    ['a status of one byte', '9901908e080102030405060708'],
    ['a status before the data', '9902900087110100112233445566778899aabbccddeeff8e080102030405060708'],
    ['no checksum', '99029000'],
    ['an Le', '9701009902 90008e080102030405060708'],
  ])('refuses a response with %s', (_, hex) => {
    expect(() => parseProtectedResponse(fromHex(hex))).toThrow(RangeError);
  });

  it('refuses what it can not frame', () => {
    expect(() => protectedCommandData({ checksum: new Uint8Array(7) })).toThrow('8 bytes');
    expect(() => protectedResponseData({ sw: 0x9000, checksum: new Uint8Array(9) })).toThrow('8 bytes');
    expect(() => protectedCommandObjects({ le: 0 })).toThrow('Le 0');
    expect(() => protectedCommandObjects({ le: 65537 })).toThrow('Le 65537');
    expect(() => commandMacInput(0, new Uint8Array(5), new Uint8Array(0))).toThrow('4 bytes');
  });

  it('knows the class byte', () => {
    const classes = [0x0c, 0x1c, 0x8c, 0x9c, 0x0e];
    for (const cla of classes) expect(isProtectedClass(cla)).toBe(true);
    for (const cla of [0x00, 0x04, 0x08, 0x10, 0x80, 0x4c]) expect(isProtectedClass(cla)).toBe(false);
  });
});
