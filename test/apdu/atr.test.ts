import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ATR_MAX_LENGTH,
  AtrError,
  type AtrFields,
  buildAtr,
  fromHex,
  parseAtr,
  speedOfTa1,
  ta1OfSpeed,
  toHex,
} from '../../apdu/index.js';

const SEED = Number(process.env.IMIS_SEED ?? 20_250_117);

const refusal = (hex: string): { message: string; offset: number } => {
  try {
    parseAtr(fromHex(hex));
  } catch (error) {
    if (error instanceof AtrError) return { message: error.message, offset: error.offset };
    throw error;
  }
  throw new Error(`${hex} was accepted`);
};

describe('parsing an ATR (ISO/IEC 7816-3, 8.2)', () => {
  it('fills in the defaults of 8.3, 10.2 and 11.4', () => {
    const atr = parseAtr(fromHex('3B024869'));
    expect(atr).toMatchObject({
      convention: 'direct',
      interfaceBytes: [{}],
      protocols: [0],
      speed: { fi: 372, di: 1, maxClockHz: 5_000_000 },
      extraGuardTimeN: 0,
      waitingTimeInteger: 10,
    });
    expect(toHex(atr.historicalBytes)).toBe('4869');
    expect(atr).not.toHaveProperty('blockProtocol');
    expect(atr).not.toHaveProperty('tck');
  });

  it('reads both protocols, T=1 sizes and TCK', () => {
    const atr = parseAtr(fromHex('3B888111FE4E6F646543617264F2'));
    expect(atr.protocols).toEqual([1]);
    expect(atr.blockProtocol).toEqual({ ifsc: 254, bwi: 4, cwi: 13, edc: 'LRC' });
    expect(atr.tck).toBe(0xf2);
    expect(parseAtr(fromHex('3B8880014E6F6465436172641D')).protocols).toEqual([0, 1]);
  });

  it('reads speed, guard time, specific mode, T=0 waiting time, T=1 CRC, clock stop and classes', () => {
    const atr = parseAtr(
      buildAtr({
        convention: 'inverse',
        interfaceBytes: [
          { ta: 0x95, tc: 0xff },
          { protocol: 0, ta: 0x91, tc: 0x20 },
          { protocol: 1, ta: 0x80, tb: 0x94, tc: 0x01 },
          { protocol: 15, ta: 0xc7 },
        ],
        historicalBytes: fromHex('80'),
      }),
    );
    expect(atr).toMatchObject({
      convention: 'inverse',
      protocols: [0, 1],
      speed: { fi: 512, di: 16, maxClockHz: 5_000_000 },
      extraGuardTimeN: 255,
      specificMode: { protocol: 1, canChange: false, implicitParameters: true },
      waitingTimeInteger: 32,
      blockProtocol: { ifsc: 128, bwi: 9, cwi: 4, edc: 'CRC' },
      electrical: { clockStop: 'no preference', classes: ['A', 'B', 'C'] },
    });
  });

  it.each([
    ['', 'TS at offset 0 is missing', 0],
    ['3C00', 'TS at offset 0 is 3C, not 3B or 3F', 0],
    ['3B', 'T0 at offset 1 is missing', 1],
    ['3B10', 'TA1 at offset 2 is missing', 2],
    ['3B80', 'TD1 at offset 2 is missing', 2],
    ['3B0248', 'historical byte T2 at offset 3 is missing', 3],
    ['3B02486900', 'byte at offset 4 is one too many', 4],
    ['3B8880014E6F646543617264', 'TCK at offset 12 is missing', 12],
    ['3B8880014E6F6465436172641E', 'TCK at offset 12 is 1E, not 1D', 12],
    ['3B8880014E6F6465436172641D00', 'byte at offset 13 is one too many', 13],
    ['3B1010', 'TA1 at offset 2 is 10: reserved Fi or Di', 2],
    ['3B1071', 'TA1 at offset 2 is 71: reserved Fi or Di', 2],
    ['3B80106000', 'TA2 at offset 3 is 60: bits 7 and 6 are reserved', 3],
    ['3B80400000', 'TC2 at offset 3 is 00: a waiting-time integer of 0', 3],
    ['3B800F8F', 'TD1 at offset 2 announces T=15: T=15 cannot be the first', 2],
    ['3B80818000', 'TD2 at offset 3 announces T=0: out of order after T=1', 3],
  ])('refuses %s: %s', (hex, message, offset) => {
    expect(refusal(hex)).toMatchObject({ message: expect.stringContaining(message), offset });
  });

  it.each([
    ['3B80811100', 'TA3', 'an IFSC of 0 or 255 is reserved'],
    ['3B808111FF', 'TA3', 'an IFSC of 0 or 255 is reserved'],
    ['3B808121A0', 'TB3', 'a BWI above 9 is reserved'],
    ['3B80814102', 'TC3', 'bits 8 to 2 are reserved'],
  ])('refuses the T=1 bytes of %s', (hex, element, reason) => {
    const { message, offset } = refusal(hex);
    expect(message).toContain(element);
    expect(message).toContain(reason);
    expect(offset).toBe(4);
  });

  it('refuses what is longer than TS and 32 characters', () => {
    expect(refusal(`3B${'00'.repeat(ATR_MAX_LENGTH)}`)).toMatchObject({ offset: ATR_MAX_LENGTH });
  });
});

describe('Fi and Di (ISO/IEC 7816-3, tables 7 and 8)', () => {
  it('has 12 clock codes for 11 integers and 9 rate codes', () => {
    const offers = Array.from({ length: 256 }, (_, ta1) => speedOfTa1(ta1)).filter(
      (offer) => offer !== undefined,
    );
    expect(offers).toHaveLength(12 * 9);
    expect(new Set(offers.map(({ fi }) => fi)).size).toBe(11);
    expect(speedOfTa1(0x11)).toEqual({ fi: 372, di: 1, maxClockHz: 5_000_000 });
    expect(speedOfTa1(0xd9)).toEqual({ fi: 2048, di: 20, maxClockHz: 20_000_000 });
  });

  it('gives the code back', () => {
    for (let ta1 = 0x10; ta1 < 256; ta1++) {
      const offer = speedOfTa1(ta1);
      if (offer !== undefined) expect(ta1OfSpeed(offer.fi, offer.di)).toBe(ta1);
    }
    expect(() => ta1OfSpeed(373, 1)).toThrow('no TA1 code for Fi = 373, Di = 1');
  });
});

describe('building an ATR', () => {
  it.each([
    '3B00',
    '3B024869',
    '3F00',
    '3B8880014E6F6465436172641D',
    '3B888111FE4E6F646543617264F2',
    '3BF81300008131FE15597562696B657934D4',
    '3BF81300008131FE454A434F5076323431B7',
    '3BDA18FF81B1FE751F030031C573C001400090000C',
    '3B9894400AA503010101AD1310',
    '3BF69100FF918171FE40004128000177B1E9',
    '3BF51800008131FE454D794549449A',
  ])('gives back %s', (hex) => {
    expect(toHex(buildAtr(parseAtr(fromHex(hex)))).toUpperCase()).toBe(hex);
  });

  it.each<[string, AtrFields, string]>([
    [
      'no group',
      { convention: 'direct', interfaceBytes: [], historicalBytes: new Uint8Array() },
      'must be there',
    ],
    [
      '16 historical bytes',
      { convention: 'direct', interfaceBytes: [{}], historicalBytes: new Uint8Array(16) },
      'at most 15',
    ],
    [
      'no byte',
      { convention: 'direct', interfaceBytes: [{ ta: 256 }], historicalBytes: new Uint8Array() },
      'not',
    ],
    [
      'a group without protocol',
      { convention: 'direct', interfaceBytes: [{}, { ta: 1 }], historicalBytes: new Uint8Array() },
      'not 0 to 15',
    ],
    [
      'a first group with protocol',
      { convention: 'direct', interfaceBytes: [{ protocol: 1 }], historicalBytes: new Uint8Array() },
      'has no protocol',
    ],
    [
      'too many bytes',
      {
        convention: 'direct',
        interfaceBytes: [{}, ...Array.from({ length: 18 }, () => ({ protocol: 1 }))],
        historicalBytes: new Uint8Array(15),
      },
      'at most 33',
    ],
  ])('refuses %s', (_, fields, reason) => {
    expect(() => buildAtr(fields)).toThrow(reason);
  });

  it('round-trips every ATR it builds, and no other bytes parse to the same', () => {
    console.log(`seed ${SEED}`);
    const byte = fc.integer({ min: 0, max: 255 });
    const group = fc.record({ ta: byte, tb: byte, tc: byte }, { requiredKeys: [] });
    const fields = fc.record({
      convention: fc.constantFrom('direct' as const, 'inverse' as const),
      interfaceBytes: fc
        .tuple(
          group,
          fc.array(fc.record({ protocol: fc.integer({ min: 0, max: 15 }), bytes: group }), { maxLength: 4 }),
        )
        .map(([first, rest]) => [
          first,
          ...rest
            .sort((a, b) => a.protocol - b.protocol)
            .map(({ protocol, bytes }) => ({ protocol, ...bytes })),
        ]),
      historicalBytes: fc.uint8Array({ maxLength: 15 }),
    });
    let built = 0;
    fc.assert(
      fc.property(fields, (atr) => {
        let bytes: Uint8Array;
        try {
          bytes = buildAtr(atr);
        } catch (error) {
          expect(error).toBeInstanceOf(AtrError);
          return;
        }
        built++;
        expect(parseAtr(bytes)).toMatchObject(atr);
        expect(buildAtr(parseAtr(bytes))).toEqual(bytes);
      }),
      { seed: SEED, numRuns: 2_000 },
    );
    expect(built).toBeGreaterThan(200);
  });

  it('refuses arbitrary bytes with an AtrError or reads them back byte for byte', () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 36 }), fc.boolean(), (tail, inverse) => {
        const bytes = Uint8Array.of(inverse ? 0x3f : 0x3b, ...tail);
        try {
          const atr = parseAtr(bytes);
          accepted++;
          expect(buildAtr(atr)).toEqual(bytes);
        } catch (error) {
          if (!(error instanceof AtrError)) throw error;
          expect(error.offset).toBeLessThanOrEqual(ATR_MAX_LENGTH);
        }
      }),
      { seed: SEED, numRuns: 5_000 },
    );
    expect(accepted).toBeGreaterThan(0);
  });
});
