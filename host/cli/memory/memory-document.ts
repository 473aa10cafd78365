/** The memory of a card as data: docs/card-memory.schema.json says the same as a JSON Schema. */

import {
  type Card,
  type CardLimits,
  forecastVisits,
  type MemoryMap,
  type MemoryRange,
  memoryMapsOf,
  memoryShares,
  summarizeWear,
  type WearForecast,
  type WearSummary,
  wearBetween,
  wearOf,
} from '../../../applet/index.js';
import type { VisitMeasurement } from './measured-visit.js';

export type MemoryDocument = {
  /** Identifier of the application on the card. */
  readonly card: string;
  readonly profile: string;
  /** "blank", "visited", or "image" for a card out of a file. */
  readonly state: string;
  readonly limits: CardLimits;
  readonly nvm: MemoryPart;
  readonly ram: MemoryPart;
  readonly wear: WearSummary & {
    readonly enduranceCycles: number;
    /** For each page. */
    readonly erasesOfPage: readonly number[];
    readonly programsOfPage: readonly number[];
  };
  /** Null where no visit was measured. */
  readonly visit: VisitFigures | null;
};

export type MemoryPart = {
  readonly capacityBytes: number;
  /** Bytes that nobody owns, or for RAM the arena. */
  readonly freeBytes: number;
  /** Sum to the capacity. */
  readonly shares: readonly {
    readonly owner: string;
    readonly use: string;
    readonly bytes: number;
    /** Of the capacity, rounded to a tenth. */
    readonly percent: number;
  }[];
  /** What each application owns. */
  readonly applications: readonly { readonly application: string; readonly bytes: number }[];
  /** In order, without gaps: their lengths sum to the capacity. */
  readonly ranges: readonly MemoryRange[];
};

export type VisitFigures = {
  readonly phases: readonly string[];
  readonly programs: number;
  readonly erases: number;
  readonly mostCyclesOfAPage: number;
  readonly ramPeakBytes: number;
  readonly ramPeakCommand: string;
  readonly forecast: WearForecast & { readonly method: string };
};

/** How the forecast comes about. */
export const FORECAST_METHOD =
  'Erases and programs of every page are counted over one visit on the simulated card; the larger sum is the cycles of the visit. With levelling: the cycles left to the page worn most, times the pages that take turns (touched by the visit, or free after it), divided by the cycles of the visit. Without levelling: the cycles left, divided by those of the page that the visit wore most. Both are rounded down and count from after the visit.';

export function memoryDocument(
  card: Card,
  about: { readonly profile: string; readonly state: string },
  measured: VisitMeasurement | undefined,
): MemoryDocument {
  const maps = memoryMapsOf(card);
  const wear = wearOf(card.nvm.flash);
  const { limits } = card;
  return {
    card: card.application,
    profile: about.profile,
    state: about.state,
    limits,
    nvm: memoryPart(maps.nvm),
    ram: memoryPart(maps.ram),
    wear: {
      ...summarizeWear(wear),
      enduranceCycles: limits.enduranceCycles,
      erasesOfPage: [...wear.erases],
      programsOfPage: [...wear.programs],
    },
    visit: measured ? visitFigures(measured, limits.enduranceCycles) : null,
  };
}

function memoryPart(map: MemoryMap): MemoryPart {
  const shares = memoryShares(map);
  const sum = (pick: (share: (typeof shares)[number]) => boolean) =>
    shares.filter(pick).reduce((total, { bytes }) => total + bytes, 0);
  const applications = [...new Set(map.ranges.flatMap(({ application }) => application ?? []))];
  return {
    capacityBytes: map.capacityBytes,
    freeBytes: sum(({ use }) => use === 'free' || use === 'arena'),
    shares: shares.map((share) => ({
      ...share,
      percent: Math.round((1000 * share.bytes) / map.capacityBytes) / 10,
    })),
    applications: applications.map((application) => ({
      application,
      bytes: sum(({ owner }) => owner === application),
    })),
    ranges: map.ranges,
  };
}

function visitFigures(measured: VisitMeasurement, enduranceCycles: number): VisitFigures {
  const { before, after } = measured.wear;
  const { programs, erases, mostCycles } = summarizeWear(wearBetween(before, after));
  return {
    phases: measured.phases,
    programs,
    erases,
    mostCyclesOfAPage: mostCycles,
    ramPeakBytes: measured.ramPeakBytes,
    ramPeakCommand: measured.ramPeakCommand,
    forecast: { ...forecastVisits(measured.wear, enduranceCycles), method: FORECAST_METHOD },
  };
}
