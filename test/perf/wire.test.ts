import { describe, expect, it } from 'vitest';
import { etuMs, type WireParameters, wireMs } from '../../perf/index.js';

describe('etu (ISO 7816-3, 8.3)', () => {
  it.each([
    // TA1, Fi / Di cycles at 4 MHz
    ['11', 372 / 4000],
    ['13', 93 / 4000],
    ['18', 31 / 4000],
    ['94', 64 / 4000],
    ['95', 32 / 4000],
    ['96', 16 / 4000],
    ['97', 8 / 4000],
  ])('TA1 = %s', (ta1, expected) => {
    expect(etuMs(ta1, 4000)).toBeCloseTo(expected, 12);
  });

  it.each(['71', 'F1', '10', '9A'])('TA1 = %s is reserved', (ta1) => {
    expect(() => etuMs(ta1, 4000)).toThrow(RangeError);
  });
});

/** 16 cycles per etu at 4 MHz: 0.004 ms; 12 etu: 0.048 ms per character. */
const t0: WireParameters = {
  kind: 't0',
  ta1: '96',
  clockKhz: 4000,
  extraGuardTime: 0,
  label: 'derived',
  source: 'test',
};

describe('T=0 characters (ISO 7816-3, 12.1 and 12.2)', () => {
  it.each([
    ['case 1: header and status word', 4, 2, 5 + 2],
    ['case 2: 16 bytes of response', 5, 18, 5 + 1 + 16 + 2],
    ['case 3: 8 bytes of command data', 13, 2, 5 + 1 + 8 + 2],
    ['case 4: 8 bytes there, GET RESPONSE for 16', 14, 18, 5 + 1 + 8 + 2 + (5 + 1 + 16 + 2)],
    ['longest case 3', 4 + 1 + 255, 2, 5 + 1 + 255 + 2],
    ['extended case 3: 300 bytes in two parts', 4 + 3 + 300, 2, 2 * 8 + 300],
    ['extended case 2: 300 bytes in two parts', 4 + 3, 302, 2 * 8 + 300],
  ])('%s', (_name, bytesIn, bytesOut, characters) => {
    expect(wireMs(t0, { bytesIn, bytesOut })).toBeCloseTo(characters * 0.048, 9);
  });

  it('adds N of TC1 to every character, 255 meaning none', () => {
    const lengths = { bytesIn: 4, bytesOut: 2 };
    expect(wireMs({ ...t0, extraGuardTime: 2 }, lengths)).toBeCloseTo(7 * 14 * 0.004, 9);
    expect(wireMs({ ...t0, extraGuardTime: 255 }, lengths)).toBeCloseTo(7 * 12 * 0.004, 9);
  });
});

const t1: WireParameters = {
  ...t0,
  kind: 't1',
  extraGuardTime: 255,
  ifscBytes: 254,
  ifsdBytes: 254,
};

describe('T=1 (ISO 7816-3, 11)', () => {
  it('sends one block each way', () => {
    // 20 + 10 data characters and two frames of 4, 11 etu each; two changes of direction of 22 etu.
    expect(wireMs(t1, { bytesIn: 20, bytesOut: 10 })).toBeCloseTo((11 * 38 + 2 * 22) * 0.004, 9);
  });

  it('acknowledges a chained block with an R-block', () => {
    // 260 bytes in two I-blocks: four blocks in all with the R-block and the answer.
    expect(wireMs(t1, { bytesIn: 260, bytesOut: 2 })).toBeCloseTo((11 * (262 + 4 * 4) + 4 * 22) * 0.004, 9);
  });

  it('takes 12 + N etu per character unless TC1 is 255', () => {
    expect(wireMs({ ...t1, extraGuardTime: 0 }, { bytesIn: 20, bytesOut: 10 })).toBeCloseTo(
      (12 * 38 + 2 * 22) * 0.004,
      9,
    );
  });
});

describe('contactless type A (ISO 14443)', () => {
  const wire: WireParameters = {
    kind: 'contactless',
    bitRateKbps: 106,
    informationFieldBytes: 252,
    label: 'estimated',
    source: 'test',
  };

  it('takes nine bits a byte, three bytes a frame and a frame delay a block', () => {
    const byteMs = (9 * 128) / 13_560;
    expect(wireMs(wire, { bytesIn: 20, bytesOut: 10 })).toBeCloseTo(
      byteMs * (30 + 2 * 3) + (2 * 1172) / 13_560,
      9,
    );
  });

  it('is eight times as fast per byte at 848 kbit/s', () => {
    const byteMs = (9 * 16) / 13_560;
    expect(wireMs({ ...wire, bitRateKbps: 848 }, { bytesIn: 20, bytesOut: 10 })).toBeCloseTo(
      byteMs * 36 + (2 * 1172) / 13_560,
      9,
    );
  });
});
