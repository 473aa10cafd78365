import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../apdu/index.js';
import {
  decodeCardFormat,
  encodeCardFormat,
  type FingerView,
  type Minutia,
  seededRng,
} from '../../../host/index.js';

const SEED = 2005;
const rng = seededRng(SEED);
/** Whole number from 0 to below `end`. */
const below = (end: number) => new DataView(rng.bytes(4).buffer).getUint32(0) % end;

function viewOf(minutiae: readonly Minutia[]): FingerView {
  const image = { width: 400, height: 400, xPerCm: 197, yPerCm: 197 };
  return { position: 2, viewNumber: 0, impressionType: 0, quality: 80, image, minutiae, extended: [] };
}

function randomMinutiae(count: number): Minutia[] {
  return Array.from({ length: count }, () => {
    const type = (['other', 'ending', 'bifurcation'] as const)[below(3)]!;
    return { type, x: below(400), y: below(400), angle: below(256), quality: below(101) };
  });
}

function decoded(bytes: Uint8Array): readonly Minutia[] {
  const result = decodeCardFormat(bytes);
  if (!result.ok) throw new Error(result.fault);
  return result.view.minutiae;
}

describe(`the compact card format (seed ${SEED})`, () => {
  it('gives back every minutia within half a unit, seen from the first column and row', () => {
    for (let round = 0; round < 50; round++) {
      const minutiae = randomMinutiae(1 + below(60));
      const back = decoded(encodeCardFormat(viewOf(minutiae)));
      const [left, top] = (['x', 'y'] as const).map((axis) => Math.min(...minutiae.map((m) => m[axis])));
      expect(back.length).toBe(minutiae.length);
      for (const [i, { type, x, y, angle }] of minutiae.entries()) {
        expect(back[i]!.type).toBe(type);
        expect(Math.abs(back[i]!.x - ((x - left!) * 100) / 197)).toBeLessThanOrEqual(0.5);
        expect(Math.abs(back[i]!.y - ((y - top!) * 100) / 197)).toBeLessThanOrEqual(0.5);
        const turned = Math.abs(back[i]!.angle - angle);
        expect(Math.min(turned, 256 - turned)).toBeLessThanOrEqual(2);
      }
    }
  });

  it('loses nothing when it is written again', () => {
    const bytes = encodeCardFormat(viewOf(randomMinutiae(60)));
    const again = decodeCardFormat(bytes);
    expect(again.ok && encodeCardFormat(again.view)).toEqual(bytes);
  });

  it('keeps 60 of more, the lowest quality gone', () => {
    const minutiae = randomMinutiae(90).map((m, i) => ({ ...m, quality: i }));
    const back = decoded(encodeCardFormat(viewOf(minutiae)));
    expect(back.map(({ type }) => type)).toEqual(minutiae.slice(30).map(({ type }) => type));
  });

  it('is parsed strictly', () => {
    expect(decodeCardFormat(fromHex('01020304'))).toEqual({ ok: false, fault: 'length' });
    expect(decodeCardFormat(new Uint8Array(183))).toEqual({ ok: false, fault: 'minutia-count' });
    const reserved = { ok: false, fault: 'minutia-type', minutia: 1 };
    expect(decodeCardFormat(fromHex('0102030102c0'))).toEqual(reserved);
  });
});
