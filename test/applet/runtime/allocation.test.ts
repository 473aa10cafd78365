/** Memory is handed out once: named ranges without gaps or overlaps, and a profile that is too small says so. */

import { describe, expect, it } from 'vitest';
import {
  Allocator,
  Card,
  type CardLimits,
  MemoryPlan,
  nobleEngine,
  type Owner,
  PATIENT_CARD,
  PROFESSIONAL_CARD,
  ProfileTooSmall,
  Ram,
} from '../../../applet/index.js';
import { DEFAULT_LIMITS } from '../../support/card-limits.js';
import { benchOf, occurrences } from './small-nvm.js';

function planOf() {
  const { nvm, meter } = benchOf();
  return { nvm, plan: new MemoryPlan(nvm, new Ram(64, meter)) };
}

/** Ends of the ranges, each beginning where the one before ended. */
function assertGapless(owners: readonly Owner[]): number {
  let next = 0;
  for (const { name, offset, length } of owners) {
    expect(offset, name).toBe(next);
    expect(length, name).toBeGreaterThan(0);
    next = offset + length;
  }
  return next;
}

describe('the allocator', () => {
  it('hands out consecutive ranges and refuses what the profile does not have', () => {
    const allocator = new Allocator('NVM', 10);
    allocator.take('a', 4);
    allocator.take('b', 6);
    expect(assertGapless(allocator.owners)).toBe(10);
    expect(() => allocator.take('c', 1)).toThrow(new ProfileTooSmall('NVM', 'c', 11, 10));
  });

  it.each([
    ['patient', PATIENT_CARD],
    ['professional', PROFESSIONAL_CARD],
  ] as const)('fits the %s card exactly, and not one byte less', (_name, kind) => {
    const cardOf = (limits: CardLimits) =>
      new Card(kind, { limits, engine: nobleEngine, random: (length) => new Uint8Array(length) });
    // too little RAM for further logical channels
    const { nvm, ram } = cardOf({ ...DEFAULT_LIMITS, ramBytes: 2048 }).owners;
    const ramBytes = assertGapless(ram);
    const { pageBytes } = DEFAULT_LIMITS;
    const pagesOf = (owners: readonly Owner[]) => Math.ceil(assertGapless(owners) / pageBytes) + 24;
    const withPages = (pages: number) => ({ ...DEFAULT_LIMITS, ramBytes, nvmBytes: pages * pageBytes });
    // What is a share of the memory shrinks with it, so the smallest card is looked for step by step.
    let nvmPages = pagesOf(nvm);
    while (fits(() => cardOf(withPages(nvmPages - 1)))) nvmPages--;
    const exact = withPages(nvmPages);
    const { nvmBytes } = exact;
    expect(pagesOf(cardOf(exact).owners.nvm)).toBe(nvmPages);
    console.log(`${kind.spec.id}: ${ramBytes} bytes of RAM, ${nvmPages} pages of NVM, spare pages included`);
    expect(() => cardOf(exact)).not.toThrow();
    expect(() => cardOf({ ...exact, ramBytes: ramBytes - 1 })).toThrow(ProfileTooSmall);
    expect(() => cardOf({ ...exact, nvmBytes: nvmBytes - 1 })).toThrow(ProfileTooSmall);
    for (const owners of [nvm, ram]) expect(new Set(owners.map((o) => o.name)).size).toBe(owners.length);
  });
});

describe('fields', () => {
  it('are numbers, byte strings of one length, and strings of bounded length', () => {
    const { plan } = planOf();
    const field = plan.field('counter', 3);
    field.value = 0x010203;
    expect([...field.read()]).toEqual([1, 2, 3]);
    expect(() => field.write(new Uint8Array(2))).toThrow(RangeError);
    expect(() => {
      field.value = 2 ** 24;
    }).toThrow(RangeError);
    const text = plan.string('text', 5);
    expect(text.isEmpty).toBe(true);
    text.write(Uint8Array.of(1, 2, 3, 4, 5));
    expect(() => text.write(new Uint8Array(6))).toThrow(RangeError);
    expect([...text.slice(3, 10)]).toEqual([4, 5]);
    expect([...text.slice(9, 1)]).toEqual([]);
    const transient = plan.transientField('flag', 2);
    transient.value = 258;
    expect([...transient.bytes]).toEqual([1, 2]);
    transient.clear();
    expect(transient.value).toBe(0);
  });

  it('leave nothing of a longer value behind a shorter one', () => {
    const { nvm, plan } = planOf();
    const text = plan.string('text', 16);
    const tail = Uint8Array.of(0xca, 0xfe, 0xba, 0xbe, 0x42);
    text.write(Uint8Array.from([1, 2, 3, ...tail]));
    text.write(Uint8Array.of(9, 9, 9));
    expect([...text.read()]).toEqual([9, 9, 9]);
    expect(occurrences(nvm.flash.bytes, tail)).toBe(0);
  });
});

function fits(make: () => Card): boolean {
  try {
    make();
    return true;
  } catch (error) {
    if (error instanceof ProfileTooSmall) return false;
    throw error;
  }
}
