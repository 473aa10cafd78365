/** A part of the gallery: the fingers of some people, open, in the memory of one thread; searched in one go. */

import type { FingerPosition, FingerView } from '../format/finger-record.js';
import { type EdgeIndex, indexEdges } from '../matcher/edge-index.js';
import { Matcher } from '../matcher/matcher.js';
import {
  isGoodEnough,
  type PreparedTemplate,
  prepareTemplate,
  wipeTemplate,
} from '../matcher/prepared-template.js';
import { NO_MATCH } from '../matcher/score.js';
import { openFinger } from './sealed-finger.js';
import type { SealedFinger } from './search-port.js';

/** The full matcher looks at so many people of a gallery, or this share of it, whichever is more. */
export const FULL_MATCHES = { least: 50, share: 0.02 } as const;
/** The pre-filter looks at so many, those that the first sieve leaves. */
export const PRE_FILTERED = { least: 200, share: 0.08 } as const;
/** Of which at most so many, the best, leave the shard. */
const ANSWERS = 4;

/** A finger on its way into a shard, under the name that the shard knows the person by. */
export type ShardFinger = { readonly row: string; readonly finger: SealedFinger };

/** Somebody by the shard's name, with the score over all fingers. */
export type ShardScore = { readonly row: string; readonly score: number };

type Finger = {
  readonly position: FingerPosition;
  readonly version: number;
  readonly templates: readonly PreparedTemplate[];
};
type Row = { readonly name: string; fingers: Finger[] };
type Measure = (view: EdgeIndex, template: PreparedTemplate) => number;
type ProbeFinger = { readonly position: FingerPosition; readonly views: readonly EdgeIndex[] };

export class GalleryShard {
  /** In the order of their names, which are keyed hashes: where a row stands tells nothing. */
  private rows: Row[] = [];
  private readonly matcher = new Matcher();

  /** `parts`: how many shards the gallery has. */
  constructor(
    private readonly key: Uint8Array,
    private readonly parts: number,
  ) {}

  /** Opens fingers and keeps them; says of each whether it did. */
  add(fingers: readonly ShardFinger[]): boolean[] {
    const taken = fingers.map(({ row, finger }) => {
      const views = openFinger(this.key, finger);
      return views !== undefined && this.keep(row, finger, views);
    });
    this.rows.sort((a, b) => (a.name < b.name ? -1 : 1));
    this.byName.clear();
    return taken;
  }

  private readonly byName = new Map<string, Row>();

  private keep(name: string, { position, version }: SealedFinger, views: readonly FingerView[]): boolean {
    if (this.byName.size === 0) for (const row of this.rows) this.byName.set(row.name, row);
    const known = this.byName.get(name);
    const before = known?.fingers.find((finger) => finger.position === position);
    if (before && before.version >= version) return false;
    if (before) wipeFinger(before);
    const finger: Finger = { position, version, templates: views.map(prepareTemplate) };
    if (known) {
      known.fingers = [...known.fingers.filter((other) => other !== before), finger];
    } else {
      const row = { name, fingers: [finger] };
      this.rows.push(row);
      this.byName.set(name, row);
    }
    return true;
  }

  /** Forgets a row; false when there is none. */
  remove(name: string): boolean {
    const found = this.rows.find((row) => row.name === name);
    if (!found) return false;
    found.fingers.forEach(wipeFinger);
    this.rows = this.rows.filter((row) => row !== found);
    return true;
  }

  /** The best rows: all go through the first sieve, a fixed number through the pre-filter, fewer to the full matcher. */
  search(views: readonly FingerView[]): ShardScore[] {
    const probe = probeFingers(views);
    const alike = this.best(this.rows, PRE_FILTERED, (row) =>
      this.sumOf(probe, row, (view, template) => this.matcher.likeness(view, template)),
    );
    const near = this.best(alike, FULL_MATCHES, (row) =>
      this.sumOf(probe, row, (view, template) => this.matcher.resemblance(view, template)),
    );
    const scored = near.map((row) => ({ row: row.name, score: this.scoreOf(probe, row) }));
    return scored.sort((a, b) => b.score - a.score).slice(0, ANSWERS);
  }

  /** The rows of which the measure is largest: as many as the share of the whole shard is. */
  private best(
    rows: readonly Row[],
    { least, share }: { readonly least: number; readonly share: number },
    measure: (row: Row) => number,
  ): Row[] {
    const count = Math.max(Math.ceil(least / this.parts), Math.ceil(share * this.rows.length));
    if (rows.length <= count) return [...rows];
    return rows
      .map((row) => ({ row, value: measure(row) }))
      .sort((a, b) => b.value - a.value)
      .slice(0, count)
      .map(({ row }) => row);
  }

  wipe(): void {
    for (const row of this.rows) row.fingers.forEach(wipeFinger);
    this.rows = [];
    this.byName.clear();
    this.key.fill(0);
  }

  private sumOf(probe: readonly ProbeFinger[], row: Row, measure: Measure): number {
    let sum = 0;
    for (const finger of probe) sum += bestOf(finger, row, 0, measure);
    return sum;
  }

  private scoreOf(probe: readonly ProbeFinger[], row: Row): number {
    let sum = 0;
    // Fingers are independent, so their scores add up; a finger that is not there says nothing.
    for (const finger of probe) {
      const comparisons = comparisonsOf(finger, row);
      if (comparisons === 0) continue;
      const best = bestOf(finger, row, NO_MATCH, (view, template) => this.matcher.compare(view, template));
      // the best of n comparisons exceeds a score n times as often as one does
      sum += best - Math.log(comparisons);
    }
    return sum;
  }
}

/** The largest value over the impressions of a finger on both sides. */
function bestOf({ position, views }: ProbeFinger, { fingers }: Row, least: number, measure: Measure): number {
  let best = least;
  for (const finger of fingers) {
    if (!isSameFinger(position, finger.position)) continue;
    for (const template of finger.templates) {
      for (const view of views) best = Math.max(best, measure(view, template));
    }
  }
  return best;
}

function comparisonsOf({ position, views }: ProbeFinger, { fingers }: Row): number {
  const enrolled = fingers.filter((finger) => isSameFinger(position, finger.position));
  return views.length * enrolled.reduce((sum, { templates }) => sum + templates.length, 0);
}

/** An unknown finger is held against all. */
function isSameFinger(asked: FingerPosition, enrolled: FingerPosition): boolean {
  return asked === 0 || asked === enrolled;
}

function probeFingers(views: readonly FingerView[]): ProbeFinger[] {
  const byPosition = new Map<FingerPosition, EdgeIndex[]>();
  for (const view of views.filter(isGoodEnough)) {
    const indexed = indexEdges(prepareTemplate(view));
    byPosition.set(view.position, [...(byPosition.get(view.position) ?? []), indexed]);
  }
  return [...byPosition].map(([position, found]) => ({ position, views: found }));
}

function wipeFinger({ templates }: Finger): void {
  templates.forEach(wipeTemplate);
}
