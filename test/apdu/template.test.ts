import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bytesObject,
  concatBytes,
  decodeTemplate,
  encodeTemplate,
  encodeTlv,
  fromHex,
  maxLength,
  optional,
  secret,
  TlvError,
  templateObject,
  textObject,
  timeObject,
  toHex,
  uintObject,
} from '../../apdu/index.js';
import { seedProperties } from './seed.js';

seedProperties();

const TEMPLATE = {
  key: bytesObject(0x80, 'key', 4),
  note: optional(textObject(0x81, 'note', 1, 5)),
  count: uintObject(0x82, 'count', 2),
  inner: optional(templateObject(0xbf21, 'inner', { pin: secret(bytesObject(0x83, 'pin', 0, 200)) })),
} as const;

const values = fc.record(
  {
    key: fc.uint8Array({ minLength: 4, maxLength: 4 }),
    note: fc.constantFrom('a', 'ab', 'é', '药a'),
    count: fc.nat(0xffff),
    inner: fc.record({ pin: fc.uint8Array({ maxLength: 200 }) }),
  },
  { requiredKeys: ['key', 'count'] },
);

const KEY = '800401020304';
const NOTE = '810161';
const COUNT = '82020007';
const INNER = 'bf2104830212 34';

describe('templates', () => {
  it('give back what they encoded, and nothing is longer than they say', () => {
    fc.assert(
      fc.property(values, (given) => {
        const bytes = encodeTemplate(TEMPLATE, given);
        expect(decodeTemplate(TEMPLATE, bytes)).toEqual(given);
        expect(bytes.length).toBeLessThanOrEqual(maxLength(TEMPLATE));
      }),
    );
    const longest = encodeTemplate(TEMPLATE, {
      key: new Uint8Array(4),
      note: 'abcde',
      count: 1,
      inner: { pin: new Uint8Array(200) },
    });
    expect(longest).toHaveLength(maxLength(TEMPLATE));
  });

  it('write objects in the declared order', () => {
    const given = { inner: { pin: fromHex('1234') }, count: 7, note: 'a', key: fromHex('01020304') };
    expect(toHex(encodeTemplate(TEMPLATE, given))).toBe(toHex(fromHex(KEY + NOTE + COUNT + INNER)));
  });

  it.each([
    ['a missing object', KEY + NOTE],
    ['a missing first object', COUNT],
    ['nothing', ''],
    ['an object twice', KEY + KEY + COUNT],
    ['an optional object twice', KEY + NOTE + NOTE + COUNT],
    ['two objects exchanged', COUNT + KEY],
    ['an optional object out of order', KEY + COUNT + NOTE],
    ['an unknown object at the end', `${KEY + COUNT}840100`],
    ['an unknown object at the start', `840100${KEY}${COUNT}`],
    ['a value too short', `8003010203${COUNT}`],
    ['a value too long', `80050102030405${COUNT}`],
    ['an integer of another length', `${KEY}820107`],
    ['an optional object without value', `${KEY}8100${COUNT}`],
    ['a text that is no UTF-8', `${KEY}8101ff${COUNT}`],
    ['a member missing', `${KEY}${COUNT}bf2100`],
    ['a member unknown', `${KEY}${COUNT}bf21058301aa8500`],
    ['a member with broken TLV', `${KEY}${COUNT}bf2103830212`],
    ['bytes that are no TLV', '0000'],
  ])('refuse %s', (_, hex) => {
    expect(() => decodeTemplate(TEMPLATE, fromHex(hex))).toThrow(TlvError);
  });

  it('refuse every change of order and number of whole objects', () => {
    const parts = [KEY, NOTE, COUNT, INNER].map(fromHex);
    const wire = (order: readonly number[]) => concatBytes(...order.map((at) => parts[at]!));
    fc.assert(
      fc.property(fc.array(fc.nat(3), { maxLength: 6 }), (order) => {
        const legal =
          order.every((at, i) => i === 0 || order[i - 1]! < at) && order.includes(0) && order.includes(2);
        if (legal) expect(() => decodeTemplate(TEMPLATE, wire(order))).not.toThrow();
        else expect(() => decodeTemplate(TEMPLATE, wire(order))).toThrow(TlvError);
      }),
      { numRuns: 1000 },
    );
  });

  it('say where and what, never the value', () => {
    expect(() => decodeTemplate(TEMPLATE, fromHex(KEY + NOTE))).toThrow('count (tag 82) expected at byte 9');
    expect(() => decodeTemplate(TEMPLATE, fromHex('8003313233'))).toThrow('key has 3 bytes at byte 2');
    const inner = concatBytes(
      fromHex(KEY + COUNT),
      encodeTlv(0xbf21, encodeTlv(0x83, new Uint8Array(201).fill(0x31))),
    );
    expect(() => decodeTemplate(TEMPLATE, inner)).toThrow(/^inner has 204 bytes at byte \d+$/);
  });

  it('refuse to encode what breaks the declaration', () => {
    const given = { key: new Uint8Array(4), count: 1 };
    expect(() => encodeTemplate(TEMPLATE, { ...given, key: new Uint8Array(5) })).toThrow('key: 5 bytes');
    expect(() => encodeTemplate(TEMPLATE, { ...given, count: 65536 })).toThrow(RangeError);
    expect(() => encodeTemplate(TEMPLATE, { ...given, note: 'abcdef' })).toThrow('note: 6 bytes');
    expect(() => encodeTemplate(TEMPLATE, { ...given, note: '' })).toThrow('note: 0 bytes');
    expect(() => encodeTemplate(TEMPLATE, { key: new Uint8Array(4) } as never)).toThrow('count is missing');
  });

  it('declare a point in time as whole seconds in four bytes', () => {
    expect(timeObject(0xdf31, 'time')).toEqual({
      tag: 0xdf31,
      name: 'time',
      format: 'uint',
      min: 4,
      max: 4,
      unit: 'unix-seconds',
    });
  });
});
