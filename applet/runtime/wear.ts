/** Wear of the flash: how often each page was erased and programmed, and how many visits that leaves. */

import type { Flash } from './flash.js';

/** Counts for each page since the card was made. */
export type FlashWear = { readonly erases: Uint32Array; readonly programs: Uint32Array };

/** A copy of the counters. */
export function wearOf(flash: Flash): FlashWear {
  return { erases: flash.eraseCycles.slice(), programs: flash.programCycles.slice() };
}

/** Makes the counters go on from `wear`. @throws {RangeError} when they are for another number of pages. */
export function restoreWear(flash: Flash, wear: FlashWear): void {
  for (const counts of [wear.erases, wear.programs]) {
    if (counts.length !== flash.pages) throw new RangeError(`wear of ${counts.length} pages`);
  }
  flash.eraseCycles.set(wear.erases);
  flash.programCycles.set(wear.programs);
}

/** Cycles of a page against its endurance: an erase and the program after it are one. */
export function pageCycles(wear: FlashWear, page: number): number {
  return Math.max(wear.erases[page]!, wear.programs[page]!);
}

/** The counters of a stretch of time. */
export function wearBetween(before: FlashWear, after: FlashWear): FlashWear {
  return {
    erases: after.erases.map((count, page) => count - before.erases[page]!),
    programs: after.programs.map((count, page) => count - before.programs[page]!),
  };
}

export type WearSummary = {
  readonly pages: number;
  readonly erases: number;
  readonly programs: number;
  readonly fewestCycles: number;
  readonly meanCycles: number;
  readonly mostCycles: number;
  /** The first page with the most cycles. */
  readonly mostWornPage: number;
  /** Pages that were never erased nor programmed. */
  readonly untouchedPages: number;
};

export function summarizeWear(wear: FlashWear): WearSummary {
  const sum = (counts: Uint32Array) => counts.reduce((total, count) => total + count, 0);
  const cycles = Array.from(wear.erases, (_, page) => pageCycles(wear, page));
  const mostCycles = cycles.reduce((most, count) => Math.max(most, count), 0);
  return {
    pages: cycles.length,
    erases: sum(wear.erases),
    programs: sum(wear.programs),
    fewestCycles: cycles.reduce((fewest, count) => Math.min(fewest, count), mostCycles),
    meanCycles: cycles.reduce((total, count) => total + count, 0) / cycles.length,
    mostCycles,
    mostWornPage: cycles.indexOf(mostCycles),
    untouchedPages: cycles.filter((count) => count === 0).length,
  };
}

/** Wear before and after one measured visit. */
export type MeasuredVisit = {
  readonly before: FlashWear;
  readonly after: FlashWear;
  /** Whether each page is erased after the visit. */
  readonly erasedAfter: readonly boolean[];
};

/** Visits until the first page reaches its endurance. `null`: a visit wears nothing. */
export type WearForecast = {
  /** Page cycles of one visit: the larger of its erases and its programs. */
  readonly cyclesPerVisit: number;
  /** Pages that take turns: those that the visit touched and those that are free. */
  readonly pagesInRotation: number;
  /** Cycles of the page that is worn most, after the visit. */
  readonly mostCycles: number;
  readonly enduranceCycles: number;
  /** When the pages in rotation take equal turns, as the memory manager makes them. */
  readonly visitsWithLevelling: number | null;
  /** When every visit wore the same page as much as the measured one wore its worst page. */
  readonly visitsWithoutLevelling: number | null;
};

/**
 * What the wear of one measured visit means for the life of the card, counted from after it:
 *
 *     with levelling      ⌊(endurance − most cycles) · pages in rotation / cycles of the visit⌋
 *     without levelling   ⌊(endurance − most cycles) / cycles of the visit's worst page⌋
 *
 * The first figure is exact to one turn of the rotation as long as all visits are like the measured
 * one. A page that holds data the visit did not change stays out of the rotation; where later visits
 * change it, the figure errs on the low side.
 */
export function forecastVisits(visit: MeasuredVisit, enduranceCycles: number): WearForecast {
  const wear = wearBetween(visit.before, visit.after);
  const { erases, programs, mostCycles: worstPage } = summarizeWear(wear);
  const { mostCycles } = summarizeWear(visit.after);
  const left = Math.max(0, enduranceCycles - mostCycles);
  const cyclesPerVisit = Math.max(erases, programs);
  const pagesInRotation = visit.erasedAfter.filter(
    (erased, page) => erased || pageCycles(wear, page) > 0,
  ).length;
  return {
    cyclesPerVisit,
    pagesInRotation,
    mostCycles,
    enduranceCycles,
    visitsWithLevelling: cyclesPerVisit === 0 ? null : Math.floor((left * pagesInRotation) / cyclesPerVisit),
    visitsWithoutLevelling: worstPage === 0 ? null : Math.floor(left / worstPage),
  };
}
