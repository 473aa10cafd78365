import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CommandApduFields,
  concatBytes,
  encodeCommandApdu,
  encodeResponseApdu,
  equalBytes,
  fromHex,
  parseCommandApdu,
  parseResponseApdu,
  toHex,
} from '../../apdu/index.js';
import { seedProperties } from './seed.js';

seedProperties();

const header = { cla: 0x00, ins: 0xa4, p1: 0x04, p2: 0x0c };

function roundTrip(fields: Omit<CommandApduFields, keyof typeof header>) {
  const bytes = encodeCommandApdu({ ...header, ...fields });
  return { bytes, apdu: parseCommandApdu(bytes) };
}

describe('command APDU (ISO/IEC 7816-3:2006, 12.1)', () => {
  // every combination of no data, the limits of Lc, and no Le, the limits of Le
  const cases: [number, number | undefined, boolean][] = [];
  for (const lc of [0, 1, 2, 254, 255, 256, 257, 65534, 65535]) {
    for (const le of [undefined, 1, 2, 255, 256, 257, 65535, 65536]) {
      if (lc <= 255 && (le ?? 0) <= 256) cases.push([lc, le, false]);
      cases.push([lc, le, true]);
    }
  }

  it.each(cases)('Lc %s, Le %s, extended %s', (lc, le, extended) => {
    const data = new Uint8Array(lc).fill(0x5a);
    const { bytes, apdu } = roundTrip({ data, le, extended });
    if (lc === 0 && le === undefined) {
      expect(bytes).toHaveLength(4); // case 1 has one form
      expect(apdu).toMatchObject({ ...header, extended: false, le: undefined });
      return;
    }
    if ('fault' in apdu) throw new Error(apdu.fault);
    expect(equalBytes(apdu.data, data)).toBe(true);
    expect({ ...apdu, data: undefined }).toEqual({ ...header, data: undefined, le, extended });
    const lcBytes = lc === 0 ? 0 : extended ? 3 : 1;
    const leBytes = le === undefined ? 0 : extended ? (lc === 0 ? 3 : 2) : 1;
    expect(bytes).toHaveLength(4 + lcBytes + lc + leBytes);
  });

  it('chooses the short form when both lengths fit it', () => {
    expect(roundTrip({ data: new Uint8Array(255), le: 256 }).bytes).toHaveLength(261);
    expect(roundTrip({ data: new Uint8Array(256) }).apdu).toMatchObject({ extended: true });
    expect(roundTrip({ le: 257 }).apdu).toMatchObject({ extended: true });
  });

  it.each([
    ['case 1', '00a4040c'],
    ['case 2 short', '00b0000000'],
    ['case 2 extended', '00b00000000000'],
    ['case 3 short', '00a4040c02aabb'],
    ['case 3 extended', '00a4040c000002aabb'],
    ['case 4 short', '00a4040c01aa00'],
    ['case 4 extended', '00a4040c000001aa0100'],
  ])('keeps the bytes of %s', (_, hex) => {
    const apdu = parseCommandApdu(fromHex(hex));
    if ('fault' in apdu) throw new Error(apdu.fault);
    expect(toHex(encodeCommandApdu(apdu))).toBe(hex);
  });

  it.each([
    ['nothing', '', 'header cut short'],
    ['three bytes', '00a404', 'header cut short'],
    ['fewer data than Lc', '00a4040c03aabb', 'length fields and body disagree'],
    ['two bytes more than Lc', '00a4040c01aabbcc', 'length fields and body disagree'],
    ['00 and one byte', '00a4040c0001', 'length fields and body disagree'],
    ['extended Lc 0 with data', '00a4040c000000aa', 'length fields and body disagree'],
    ['extended Lc 0 with data and Le', '00a4040c0000000000', 'length fields and body disagree'],
    ['extended with fewer data than Lc', '00a4040c000002aa', 'length fields and body disagree'],
    ['extended with half an Le', '00a4040c000001aa00', 'length fields and body disagree'],
    ['extended with three bytes of Le', '00a4040c000001aa000000', 'length fields and body disagree'],
  ])('refuses %s', (_, hex, fault) => {
    expect(parseCommandApdu(fromHex(hex))).toEqual({ fault });
  });

  it('parses or refuses any bytes, and what it parses it encodes to the same bytes', () => {
    const nearly = fc
      .tuple(
        fc.uint8Array({ minLength: 4, maxLength: 4 }),
        fc.constantFrom('', '00', '01', '02', '0000', '000000', '000001', '000002', '0001'),
        fc.uint8Array({ maxLength: 6 }),
      )
      .map(([head, lengths, body]) => concatBytes(head, fromHex(lengths), body));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), nearly), (bytes) => {
        const apdu = parseCommandApdu(bytes);
        if (!('fault' in apdu)) expect(toHex(encodeCommandApdu(apdu))).toBe(toHex(bytes));
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses to encode what does not fit', () => {
    expect(() => roundTrip({ data: new Uint8Array(65536) })).toThrow(RangeError);
    expect(() => roundTrip({ data: new Uint8Array(256), extended: false })).toThrow(RangeError);
    expect(() => roundTrip({ le: 0 })).toThrow(RangeError);
    expect(() => roundTrip({ le: 257, extended: false })).toThrow(RangeError);
    expect(() => roundTrip({ le: 65537 })).toThrow(RangeError);
  });
});

describe('response APDU (ISO/IEC 7816-4:2020, 5.2)', () => {
  it('gives back what it encoded', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 0, max: 0xffff }), (data, sw) => {
        expect(parseResponseApdu(encodeResponseApdu({ data, sw }))).toEqual({ data, sw });
      }),
    );
  });

  it('is not there when the card is mute', () => {
    expect(parseResponseApdu(new Uint8Array(0))).toBeUndefined();
    expect(parseResponseApdu(Uint8Array.of(0x90))).toBeUndefined();
  });
});
