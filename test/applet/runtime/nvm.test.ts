/** Persistent memory against a plain array, and what its image tells. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Meter, Nvm, ProfileTooSmall, StatusError } from '../../../applet/index.js';
import { SEED, seedProperties } from '../../apdu/seed.js';
import {
  Abandoned,
  benchOf,
  contentOf,
  distinctBytes,
  imageOf,
  occurrences,
  perform,
  performOnModel,
  SMALL,
  SMALL_CAPACITY,
  type Step,
  step,
} from './small-nvm.js';

seedProperties();

/** As `toEqual`, at the speed that thousands of comparisons need. */
const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** Status word that `work` answers, or `undefined`. */
function statusOf(work: () => void): number | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof StatusError) return error.sw;
    throw error;
  }
}

describe('NVM behaves as a plain array', () => {
  it('under any sequence of writes, transactions and aborts', () => {
    const counts = { runs: 0, write: 0, commit: 0, abort: 0, reads: 0 };
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.nat(), (steps, where) => {
        const { nvm } = benchOf();
        const model = new Uint8Array(nvm.capacity);
        counts.runs++;
        for (const one of steps) {
          perform(nvm, one);
          performOnModel(model, one);
          counts[one.kind]++;
          const offset = where % nvm.capacity;
          const length = Math.min(nvm.capacity - offset, 100);
          expect(same(nvm.read(offset, length), model.subarray(offset, offset + length))).toBe(true);
          expect(nvm.readByte(offset)).toBe(model[offset]);
          counts.reads++;
        }
        expect(same(contentOf(nvm), model)).toBe(true);
        expect(nvm.inTransaction).toBe(false);
      }),
      { numRuns: 300 },
    );
    console.log(`seed ${SEED}: ${JSON.stringify(counts)}`);
    expect(counts.commit).toBeGreaterThan(500);
    expect(counts.abort).toBeGreaterThan(200);
  });

  it('also inside a transaction, which sees its own writes', () => {
    const { nvm } = benchOf();
    nvm.write(10, Uint8Array.of(1, 2, 3));
    nvm.atomically(() => {
      nvm.write(11, Uint8Array.of(9));
      nvm.write(200, Uint8Array.of(7));
      nvm.write(12, Uint8Array.of(8));
      expect([...nvm.read(10, 3)]).toEqual([1, 9, 8]);
      expect(nvm.readByte(200)).toBe(7);
    });
    expect([...nvm.read(10, 3)]).toEqual([1, 9, 8]);
  });

  it('and refuses what lies outside of it', () => {
    const { nvm } = benchOf();
    expect(nvm.capacity).toBe(SMALL_CAPACITY);
    expect(() => nvm.write(nvm.capacity - 1, new Uint8Array(2))).toThrow(RangeError);
    expect(() => nvm.read(-1, 1)).toThrow(RangeError);
    expect(() => new Nvm({ ...SMALL, nvmBytes: 24 * 64 }, new Meter())).toThrow(ProfileTooSmall);
    expect(() => benchOf(new Uint8Array(3))).toThrow(RangeError);
  });
});

describe('the image alone', () => {
  it('gives the same content, and the following writes choose the same pages', () => {
    let compared = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), (steps) => {
        const { nvm: live } = benchOf();
        for (const one of steps) {
          const { nvm: rebuilt } = benchOf(imageOf(live));
          expect(same(contentOf(rebuilt), contentOf(live))).toBe(true);
          perform(live, one);
          perform(rebuilt, one);
          expect(same(rebuilt.flash.bytes, live.flash.bytes)).toBe(true);
          compared++;
        }
        const { nvm, meter } = benchOf(imageOf(live));
        nvm.recover();
        expect(meter.nvmPageErases, 'a clean image needs no recovery').toBe(0);
        expect(same(nvm.flash.bytes, live.flash.bytes)).toBe(true);
      }),
      { numRuns: 100 },
    );
    console.log(`seed ${SEED}: ${compared} steps on a live and on a rebuilt memory, images identical`);
    expect(compared).toBeGreaterThan(500);
  });

  it('holds no byte of what was overwritten, aborted or refused', () => {
    let searched = 0;
    const steps = fc.array(fc.tuple(fc.nat(SMALL_CAPACITY - 16), fc.constantFrom('commit', 'abort')), {
      minLength: 2,
      maxLength: 20,
    });
    fc.assert(
      fc.property(steps, (list) => {
        const { nvm } = benchOf();
        let current: Uint8Array | undefined;
        let offset = 0;
        list.forEach(([where, kind], label) => {
          const secret = distinctBytes(label + 1, 16);
          const gone = kind === 'commit' ? current : secret;
          const writes = current ? [{ offset, bytes: new Uint8Array(16) }] : [];
          perform(nvm, { kind, writes: [...writes, { offset: where, bytes: secret }] } as Step);
          if (kind === 'commit') {
            current = secret;
            offset = where;
          }
          if (gone) expect(occurrences(nvm.flash.bytes, gone)).toBe(0);
          // A field that crosses a page boundary stands in two pages.
          if (current && offset % 64 <= 48) expect(occurrences(nvm.flash.bytes, current)).toBe(1);
          searched++;
        });
        // After growth beyond the commit buffer too.
        const refused = distinctBytes(99, 40);
        expect(statusOf(() => overflow(nvm, refused))).toBe(0x6581);
        expect(occurrences(nvm.flash.bytes, refused)).toBe(0);
      }),
      { numRuns: 100 },
    );
    console.log(`seed ${SEED}: ${searched} searches of the whole flash`);
    expect(searched).toBeGreaterThan(500);
  });

  it('wears evenly: many writes to one field reach every free page', () => {
    const { nvm } = benchOf();
    const still = 3;
    for (let page = 0; page < still; page++) nvm.write(page * 64, new Uint8Array(64).fill(page + 1));
    const before = nvm.flash.eraseCycles.slice();
    const writes = 5_000;
    for (let i = 1; i <= writes; i++) nvm.write(still * 64, Uint8Array.of(i >> 8, i & 0xff));
    const cycles = [...nvm.flash.eraseCycles].map((count, page) => count - before[page]!);
    const worn = cycles.filter((count) => count > 0);
    console.log(
      `${writes} writes: ${worn.length} of ${cycles.length} pages took part, ${Math.min(...worn)} to ${Math.max(...worn)} erase cycles`,
    );
    // Pages that hold unchanged content stay where they are.
    expect(worn.length).toBe(cycles.length - still);
    expect(Math.max(...worn) - Math.min(...worn)).toBeLessThanOrEqual(2);
    expect(cycles.reduce((a, b) => a + b)).toBe(writes - 1);
  });

  it('costs nothing where no byte changes', () => {
    const { nvm, meter } = benchOf();
    nvm.write(0, Uint8Array.of(1, 2, 3));
    const image = imageOf(nvm);
    meter.reset();
    nvm.write(0, Uint8Array.of(1, 2, 3));
    nvm.write(400, new Uint8Array(20));
    expect(meter.figures(0, 0)).toMatchObject({ nvmBytes: 0, nvmPageWrites: 0, nvmPageErases: 0 });
    expect(imageOf(nvm)).toEqual(image);
  });
});

/** More than the commit buffer, in writes that each fit it. */
function overflow(nvm: Nvm, mark: Uint8Array): void {
  nvm.atomically(() => {
    nvm.write(0, mark);
    nvm.write(100, distinctBytes(1, 150));
    nvm.write(300, distinctBytes(2, 150));
  });
}

describe('transactions', () => {
  it('answer 6581 beyond the commit buffer and leave everything as it was', () => {
    const { nvm } = benchOf();
    nvm.write(0, distinctBytes(7, 200));
    const before = imageOf(nvm);
    expect(statusOf(() => overflow(nvm, distinctBytes(8, 40)))).toBe(0x6581);
    expect(imageOf(nvm)).toEqual(before);
    expect(statusOf(() => nvm.write(0, new Uint8Array(SMALL.commitBufferBytes + 1)))).toBe(0x6581);
    expect(imageOf(nvm)).toEqual(before);
    expect(statusOf(() => nvm.write(0, distinctBytes(9, SMALL.commitBufferBytes)))).toBeUndefined();
  });

  it('answer 6581 when the spare pages do not hold them, and roll back', () => {
    const limits = { ...SMALL, nvmBytes: 64 * 64, commitBufferBytes: 10_000 };
    const { nvm } = benchOf(undefined, limits);
    nvm.write(0, distinctBytes(1, 24 * 64));
    nvm.write(24 * 64, distinctBytes(2, nvm.capacity - 24 * 64));
    const before = imageOf(nvm);
    expect(statusOf(() => nvm.write(0, distinctBytes(3, 25 * 64)))).toBe(0x6581);
    expect(imageOf(nvm)).toEqual(before);
    expect(statusOf(() => nvm.write(0, distinctBytes(3, 24 * 64)))).toBeUndefined();
  });

  it('do not nest: the inner one is refused and the outer one rolled back', () => {
    const { nvm } = benchOf();
    const before = imageOf(nvm);
    expect(() =>
      nvm.atomically(() => {
        nvm.write(0, Uint8Array.of(1));
        nvm.atomically(() => nvm.write(1, Uint8Array.of(2)));
      }),
    ).toThrow(/nest/);
    expect(nvm.inTransaction).toBe(false);
    expect(imageOf(nvm)).toEqual(before);
  });

  it('end with the exception of their work', () => {
    const { nvm } = benchOf();
    expect(() =>
      nvm.atomically(() => {
        throw new Abandoned();
      }),
    ).toThrow(Abandoned);
    expect(nvm.atomically(() => 5)).toBe(5);
  });
});
