/** The power fails at every page operation, in every variant, and fails again during recovery. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Nvm, PowerLost, type TearVariant } from '../../../applet/index.js';
import { SEED, seedProperties } from '../../apdu/seed.js';
import {
  benchOf,
  contentOf,
  distinctBytes,
  imageOf,
  perform,
  SMALL,
  type Step,
  step,
  TEAR_VARIANTS,
} from './small-nvm.js';

seedProperties();

/** Runs `work` with the power cut at page operation `at`; whether the cut was reached. */
function cutDuring(nvm: Nvm, at: number, variant: TearVariant, work: () => void): boolean {
  let operation = 0;
  nvm.flash.tear = () => (operation++ === at ? variant : undefined);
  try {
    work();
    return false;
  } catch (error) {
    if (error instanceof PowerLost) return true;
    throw error;
  }
}

/** Page operations of `work` as the flash sees them and as the meter counts them, which must agree. */
function operationsOf(image: Uint8Array, work: (nvm: Nvm) => void): number {
  const { nvm, meter } = benchOf(image);
  let seen = 0;
  nvm.flash.tear = () => {
    seen++;
    return undefined;
  };
  work(nvm);
  expect(meter.nvmPageWrites + meter.nvmPageErases).toBe(seen);
  return seen;
}

/** Pages that are not erased. */
function usedPages(nvm: Nvm): number {
  return Array.from({ length: nvm.flash.pages }, (_, page) => nvm.flash.isErased(page)).filter((e) => !e)
    .length;
}

const counts = { sequences: 0, cuts: 0, recoveryCuts: 0, before: 0, after: 0 };

/** Power on: a new memory from what the flash holds, recovered. */
function recovered(image: Uint8Array): Nvm {
  const { nvm } = benchOf(image);
  nvm.recover();
  return nvm;
}

/** Cuts `one` everywhere; afterwards and after every cut recovery, all of it happened or nothing. */
function cutEverywhere(before: Uint8Array, one: Step): void {
  const states = [contentOf(benchOf(before).nvm)];
  const uncut = benchOf(before).nvm;
  perform(uncut, one);
  states.push(contentOf(uncut));
  const pagesOf = [usedPages(benchOf(before).nvm), usedPages(uncut)];

  const judge = (nvm: Nvm): void => {
    const content = contentOf(nvm);
    const which = states.findIndex((state) => Buffer.compare(state, content) === 0);
    expect(which, 'neither the state before nor the one after').toBeGreaterThanOrEqual(0);
    counts[which === 0 ? 'before' : 'after']++;
    expect(usedPages(nvm), 'recovery leaves no torn or superseded page').toBe(pagesOf[which]);
    // Life goes on, on the live index as on a rebuilt one.
    const { nvm: rebuilt } = benchOf(imageOf(nvm));
    const next = distinctBytes(counts.cuts, 8);
    nvm.write(60, next);
    rebuilt.write(60, next);
    expect(Buffer.compare(nvm.flash.bytes, rebuilt.flash.bytes)).toBe(0);
    expect(nvm.read(60, 8)).toEqual(next);
  };

  const operations = operationsOf(before, (nvm) => perform(nvm, one));
  let reached = 0;
  for (const variant of TEAR_VARIANTS) {
    for (let at = 0; at <= operations; at++) {
      const { nvm } = benchOf(before);
      if (!cutDuring(nvm, at, variant, () => perform(nvm, one))) continue;
      reached++;
      const torn = imageOf(nvm);
      judge(recovered(torn));
      const recoveryOperations = operationsOf(torn, (again) => again.recover());
      for (const second of TEAR_VARIANTS) {
        for (let point = 0; point < recoveryOperations; point++) {
          const { nvm: again } = benchOf(torn);
          expect(cutDuring(again, point, second, () => again.recover())).toBe(true);
          counts.recoveryCuts++;
          const twiceTorn = imageOf(again);
          // And once more, at a point that moves with the first.
          const third = benchOf(twiceTorn).nvm;
          cutDuring(third, (at + point) % 3, variant, () => third.recover());
          judge(recovered(imageOf(third)));
        }
      }
    }
  }
  expect(reached).toBe(TEAR_VARIANTS.length * operations);
  counts.cuts += reached;
}

describe('a power cut', () => {
  it('at any page operation leaves the state before or after, whatever happens to recovery', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 6 }), step, (history, one) => {
        const { nvm } = benchOf();
        for (const earlier of history) perform(nvm, earlier);
        cutEverywhere(imageOf(nvm), one);
        counts.sequences++;
      }),
      { numRuns: 40 },
    );
    console.log(`seed ${SEED}: ${JSON.stringify(counts)}`);
    expect(counts.cuts).toBeGreaterThan(500);
    expect(counts.recoveryCuts).toBeGreaterThan(1_000);
    expect(Math.min(counts.before, counts.after)).toBeGreaterThan(100);
  });

  it('at any page operation of many transactions in a row', () => {
    let { nvm } = benchOf();
    let cuts = 0;
    const field = (label: number): void =>
      nvm.atomically(() => {
        nvm.write(0, distinctBytes(label, 100));
        nvm.write(300, distinctBytes(label + 1, 70));
      });
    for (let round = 0; round < 400; round++) {
      const before = contentOf(nvm);
      const variant = TEAR_VARIANTS[round % TEAR_VARIANTS.length]!;
      const point = round % 11;
      const cut = cutDuring(nvm, point, variant, () => field(2 * round));
      nvm = recovered(imageOf(nvm));
      const content = contentOf(nvm);
      const isAfter = Buffer.compare(content.subarray(0, 100), distinctBytes(2 * round, 100)) === 0;
      if (!isAfter) expect(content).toEqual(before);
      else expect(content.slice(300, 370)).toEqual(distinctBytes(2 * round + 1, 70));
      if (cut) cuts++;
      else expect(isAfter).toBe(true);
    }
    console.log(`400 transactions on one memory, ${cuts} of them cut`);
    expect(cuts).toBeGreaterThan(200);
  });
});

describe('a damaged page', () => {
  const { nvm } = benchOf();
  nvm.write(64, distinctBytes(5, 64));
  const image = imageOf(nvm);
  const page = Array.from({ length: nvm.flash.pages }, (_, i) => i).find((i) => !nvm.flash.isErased(i))!;
  const start = nvm.flash.offsetOf(page);
  const end = start + nvm.flash.page(page).length;
  const readable = (bytes: Uint8Array): boolean => contentOf(benchOf(bytes).nvm).some((byte) => byte !== 0);

  it('is never taken for a whole one: any part erased, any bit flipped', () => {
    expect(readable(image)).toBe(true);
    let damaged = 0;
    const refuse = (damage: (bytes: Uint8Array) => void): void => {
      const bytes = image.slice();
      damage(bytes);
      if (Buffer.compare(bytes, image) === 0) return;
      damaged++;
      expect(readable(bytes)).toBe(false);
    };
    for (let at = start; at < end; at++) {
      refuse((bytes) => bytes.fill(0xff, at, end)); // programmed up to here
      refuse((bytes) => bytes.fill(0xff, start, at)); // erased up to here
      for (let bit = 0; bit < 8; bit++) refuse((bytes) => bytes.fill(bytes[at]! ^ (1 << bit), at, at + 1));
    }
    console.log(`${damaged} damaged pages of ${SMALL.pageBytes} bytes, none read`);
    expect(damaged).toBeGreaterThan(700);
  });
});
