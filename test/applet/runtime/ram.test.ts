/** Transient memory: segments, the arena, its limit, its wiping, its peak. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Meter, Ram, StatusError } from '../../../applet/index.js';
import { SEED, seedProperties } from '../../apdu/seed.js';

seedProperties();

const SIZE = 128;
const SEGMENTS = 32;

function ramOf(): { ram: Ram; meter: Meter } {
  const meter = new Meter();
  const ram = new Ram(SIZE, meter);
  ram.beginArena(SEGMENTS);
  return { ram, meter };
}

/** Bytes of the arena that are not zero. */
function dirty(ram: Ram): number {
  return ram.bytes.subarray(SEGMENTS).filter((byte) => byte !== 0).length;
}

function exhausts(work: () => void): boolean {
  try {
    work();
    return false;
  } catch (error) {
    if (error instanceof StatusError && error.sw === 0x6a84) return true;
    throw error;
  }
}

/** Takes bytes, opens frames, writes into what it took. */
type Work = { readonly take: number; readonly inner: readonly Work[] };
const { work } = fc.letrec<{ work: Work }>((tie) => ({
  work: fc.record({
    take: fc.nat(30),
    inner: fc.oneof({ depthSize: 'small', withCrossShrink: true }, fc.constant([]), fc.array(tie('work'))),
  }),
}));

describe('the arena', () => {
  it('is zero when taken, exact in its peak, exhausted with 6A84 and wiped at the end of each frame', () => {
    const counts = { runs: 0, exhausted: 0, frames: 0 };
    fc.assert(
      fc.property(work, (tree) => {
        const { ram, meter } = ramOf();
        let peak = SEGMENTS;
        const run = (node: Work, inUse: number): void =>
          ram.frame(() => {
            counts.frames++;
            if (inUse + node.take > SIZE) {
              expect(exhausts(() => ram.take(node.take))).toBe(true);
              throw new StatusError(0x6a84);
            }
            const taken = ram.take(node.take);
            expect(taken.length).toBe(node.take);
            expect(taken.every((byte) => byte === 0)).toBe(true);
            taken.fill(0xa5);
            peak = Math.max(peak, inUse + node.take);
            for (const inner of node.inner) run(inner, inUse + node.take);
            expect(dirty(ram)).toBe(inUse + node.take - SEGMENTS);
          });
        counts.runs++;
        ram.meterStatic();
        if (exhausts(() => run(tree, SEGMENTS))) counts.exhausted++;
        expect(dirty(ram)).toBe(0);
        expect(meter.figures(0, 0).ramPeakBytes).toBe(peak);
      }),
      { numRuns: 500 },
    );
    console.log(`seed ${SEED}: ${JSON.stringify(counts)}`);
    expect(counts.exhausted).toBeGreaterThan(5);
    expect(counts.frames).toBeGreaterThan(500);
  });

  it('holds bytes for a computation without handing them out', () => {
    const { ram, meter } = ramOf();
    expect(ram.hold(90, () => 'done')).toBe('done');
    expect(exhausts(() => ram.hold(90, () => ram.take(7)))).toBe(true);
    expect(meter.figures(0, 0).ramPeakBytes).toBe(SEGMENTS + 90);
    expect(ram.take(SIZE - SEGMENTS).length).toBe(SIZE - SEGMENTS);
    expect(exhausts(() => ram.take(1))).toBe(true);
  });

  it('keeps copies, wipes them on release, and leaves the segments alone', () => {
    const { ram } = ramOf();
    const segment = ram.view(4, 8);
    segment.fill(0x77);
    const source = Uint8Array.of(1, 2, 3);
    const copy = ram.keep(source);
    source.fill(9);
    expect([...copy]).toEqual([1, 2, 3]);
    ram.releaseArena();
    expect(dirty(ram)).toBe(0);
    expect([...ram.bytes.subarray(4, 12)]).toEqual(new Array(8).fill(0x77));
    ram.clear();
    expect(ram.bytes.every((byte) => byte === 0)).toBe(true);
    expect([...segment]).toEqual(new Array(8).fill(0));
  });

  it('is rebuilt from an image of its own size only', () => {
    const { ram } = ramOf();
    ram.view(0, 4).set([1, 2, 3, 4]);
    const again = new Ram(SIZE, new Meter(), ram.bytes);
    expect(again.bytes).toEqual(ram.bytes);
    expect(again.bytes).not.toBe(ram.bytes);
    expect(() => new Ram(SIZE, new Meter(), new Uint8Array(SIZE - 1))).toThrow(RangeError);
  });
});
