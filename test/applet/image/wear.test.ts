import { describe, expect, it } from 'vitest';
import {
  Flash,
  type FlashWear,
  forecastVisits,
  Meter,
  Nvm,
  pageCycles,
  restoreWear,
  summarizeWear,
  wearBetween,
  wearOf,
} from '../../../applet/index.js';
import { DEFAULT_LIMITS } from '../../support/card-limits.js';
import { Choices } from '../../support/seeded-random.js';

const SEED = Number(process.env.IMIS_SEED ?? 3);
const wear = (erases: number[], programs: number[]): FlashWear => ({
  erases: Uint32Array.from(erases),
  programs: Uint32Array.from(programs),
});

describe('wear', () => {
  it('counts erases and programs of each page', () => {
    const flash = new Flash(4, 3, new Meter());
    const page = new Uint8Array(20);
    flash.program(1, page);
    flash.erase(1);
    flash.program(1, page);
    flash.erase(2);
    const counted = wearOf(flash);
    expect(counted).toEqual(wear([0, 1, 1], [0, 2, 0]));
    expect(summarizeWear(counted)).toEqual({
      pages: 3,
      erases: 2,
      programs: 2,
      fewestCycles: 0,
      meanCycles: 1,
      mostCycles: 2,
      mostWornPage: 1,
      untouchedPages: 1,
    });
    const other = new Flash(4, 3, new Meter());
    restoreWear(other, counted);
    expect(wearOf(other)).toEqual(counted);
    expect(() => restoreWear(new Flash(4, 2, new Meter()), counted)).toThrow(RangeError);
  });

  it('forecasts what a hand computes', () => {
    // Page 0 rests with data, 1 to 3 are worn by the visit, 4 is free: four pages take turns.
    const before = wear([0, 1, 0, 0, 0], [1, 2, 0, 0, 0]);
    const after = wear([0, 3, 1, 0, 0], [1, 4, 1, 1, 0]);
    const erasedAfter = [false, false, true, false, true];
    expect(wearBetween(before, after)).toEqual(wear([0, 2, 1, 0, 0], [0, 2, 1, 1, 0]));
    expect(pageCycles(after, 1)).toBe(4);
    expect(forecastVisits({ before, after, erasedAfter }, 100)).toEqual({
      cyclesPerVisit: 4, // 2 + 1 + 1 programs, more than 2 + 1 erases
      pagesInRotation: 4,
      mostCycles: 4,
      enduranceCycles: 100,
      visitsWithLevelling: 96, // (100 − 4) · 4 / 4
      visitsWithoutLevelling: 48, // (100 − 4) / 2
    });
    expect(forecastVisits({ before, after, erasedAfter }, 3)).toMatchObject({
      visitsWithLevelling: 0,
      visitsWithoutLevelling: 0,
    });
    expect(forecastVisits({ before: after, after, erasedAfter }, 100)).toMatchObject({
      cyclesPerVisit: 0,
      visitsWithLevelling: null,
      visitsWithoutLevelling: null,
    });
  });

  it('comes as forecast when visits go on and on', () => {
    const pageBytes = 32;
    const enduranceCycles = 60;
    const limits = { ...DEFAULT_LIMITS, pageBytes, nvmBytes: 48 * pageBytes, enduranceCycles };
    const nvm = new Nvm(limits, new Meter());
    const choices = new Choices(SEED);
    // Four pages that rest, and six that each visit writes anew, two of them twice.
    for (let page = 0; page < 4; page++) nvm.write(page * pageBytes, choices.bytes(pageBytes));
    const visit = () => {
      for (const page of [4, 5, 6, 7, 8, 9, 4, 5]) nvm.write(page * pageBytes, choices.bytes(pageBytes));
    };
    visit();
    const before = wearOf(nvm.flash);
    visit();
    const after = wearOf(nvm.flash);
    const erasedAfter = Array.from({ length: 48 }, (_, page) => nvm.flash.isErased(page));
    const forecast = forecastVisits({ before, after, erasedAfter }, enduranceCycles);
    expect(forecast.cyclesPerVisit).toBe(8);
    let visits = 0;
    while (summarizeWear(wearOf(nvm.flash)).mostCycles < enduranceCycles) {
      visit();
      visits++;
    }
    console.log(
      `forecast ${forecast.visitsWithLevelling} visits, the first page was worn out after ${visits}`,
    );
    const visitsOfOneTurn = forecast.pagesInRotation / forecast.cyclesPerVisit;
    expect(Math.abs(visits - forecast.visitsWithLevelling!)).toBeLessThanOrEqual(visitsOfOneTurn);
    expect(visits).toBeGreaterThan(forecast.visitsWithoutLevelling!);
  });
});
