/** Snapshots and copies of a memory: the same bytes, the same next pages, and nothing shared that can change. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Meter, type Nvm, PowerLost, Ram, wearOf } from '../../../applet/index.js';
import { SEED, seedProperties } from '../../apdu/seed.js';
import { benchOf, distinctBytes, imageOf, perform, step, TEAR_VARIANTS } from './small-nvm.js';

seedProperties();

/** The same flash to the last bit, the same content and wear. */
function expectSame(actual: Nvm, expected: Nvm): void {
  expect(Buffer.compare(actual.flash.bytes, expected.flash.bytes)).toBe(0);
  expect(Buffer.compare(actual.read(0, actual.capacity), expected.read(0, expected.capacity))).toBe(0);
  expect(wearOf(actual.flash)).toEqual(wearOf(expected.flash));
}

/** A memory after `history`, perhaps with the power cut in its last step. */
function memoryAfter(history: Parameters<typeof perform>[1][], cutAt: number, variant: number): Nvm {
  const { nvm } = benchOf();
  history.forEach((one, i) => {
    let operation = 0;
    const last = i === history.length - 1;
    nvm.flash.tear = () =>
      last && operation++ === cutAt ? TEAR_VARIANTS[variant % TEAR_VARIANTS.length] : undefined;
    try {
      perform(nvm, one);
    } catch (error) {
      if (!(error instanceof PowerLost)) throw error;
    }
  });
  nvm.flash.tear = undefined;
  return nvm;
}

/** Every way from one memory to another with the same content. */
const WAYS: Readonly<Record<string, (from: Nvm, used: Nvm) => Nvm>> = {
  'a snapshot restored into a new memory': (from) => {
    const { nvm } = benchOf();
    nvm.restore(from.snapshot());
    return nvm;
  },
  'a snapshot restored into a memory in use': (from, used) => {
    used.restore(from.snapshot());
    return used;
  },
  'a copy into a new memory': (from) => {
    const { nvm } = benchOf();
    nvm.copyFrom(from);
    return nvm;
  },
  'a copy into a memory in use': (from, used) => {
    used.copyFrom(from);
    return used;
  },
};

describe.each(Object.entries(WAYS))('%s', (_name, way) => {
  it('is that memory, and goes on as one rebuilt from the bytes alone', () => {
    const counts = { runs: 0, cut: 0 };
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 12 }),
        fc.array(step, { maxLength: 4 }),
        fc.array(step, { maxLength: 4 }),
        fc.integer({ min: -1, max: 12 }),
        fc.nat(3),
        (history, earlier, later, cutAt, variant) => {
          const from = memoryAfter(history, cutAt, variant);
          const copy = way(from, memoryAfter(earlier, -1, 0));
          expectSame(copy, from);
          const { nvm: rebuilt } = benchOf(imageOf(from));
          counts.runs++;
          if (from.flash.interrupted) {
            counts.cut++;
            for (const nvm of [from, copy, rebuilt]) nvm.recover();
          }
          expectSame(copy, from);
          const before = imageOf(from);
          for (const one of later) {
            perform(copy, one);
            perform(rebuilt, one);
          }
          expect(Buffer.compare(copy.flash.bytes, rebuilt.flash.bytes)).toBe(0);
          expect(Buffer.compare(from.flash.bytes, before), 'the original stays').toBe(0);
          const after = imageOf(copy);
          for (const one of earlier) perform(from, one);
          expect(Buffer.compare(copy.flash.bytes, after), 'the copy stays').toBe(0);
        },
      ),
      { numRuns: 150 },
    );
    console.log(`seed ${SEED}: ${JSON.stringify(counts)}`);
    expect(counts.cut).toBeGreaterThan(20);
  });
});

describe('a snapshot', () => {
  it('holds the programmed pages only, and stays as it is', () => {
    const { nvm } = benchOf();
    nvm.write(0, distinctBytes(1, 100));
    const snapshot = nvm.snapshot();
    expect(snapshot.clean).toBe(true);
    expect(snapshot.flash.programmed).toBe(2);
    const content = snapshot.flash.content.slice();
    nvm.write(0, distinctBytes(2, 100));
    const { nvm: first } = benchOf();
    first.restore(snapshot);
    first.write(0, distinctBytes(3, 100));
    const { nvm: second } = benchOf();
    second.restore(snapshot);
    expect(second.read(0, 100)).toEqual(distinctBytes(1, 100));
    expect(snapshot.flash.content).toEqual(content);
  });

  it('is not clean while pages that no checksum vouches for are there', () => {
    const { nvm } = benchOf();
    nvm.flash.tear = () => 'garbage';
    expect(() => nvm.write(0, distinctBytes(1, 10))).toThrow(PowerLost);
    nvm.flash.tear = undefined;
    const snapshot = nvm.snapshot();
    expect(snapshot.flash.programmed).toBe(1);
    expect(snapshot.clean).toBe(false);
    nvm.recover();
    expect(nvm.snapshot().clean).toBe(true);
  });

  it('is refused within a transaction', () => {
    const { nvm } = benchOf();
    expect(() => nvm.atomically(() => nvm.snapshot())).toThrow(/transaction/);
    expect(() => nvm.atomically(() => benchOf().nvm.copyFrom(nvm))).toThrow(/transaction/);
  });

  it('of transient memory holds what lies between its zeros', () => {
    fc.assert(
      fc.property(fc.nat(63), fc.uint8Array({ maxLength: 64 }), (offset, bytes) => {
        const ram = new Ram(64, new Meter());
        ram.bytes.set(bytes.subarray(0, 64 - offset), offset);
        const snapshot = ram.snapshot();
        const other = new Ram(64, new Meter());
        other.bytes.fill(0x55);
        other.restore(snapshot);
        expect(other.bytes).toEqual(ram.bytes);
        expect(
          snapshot.content.every((byte, i) => byte !== 0 || (i > 0 && i < snapshot.content.length - 1)),
        ).toBe(true);
      }),
    );
  });
});
