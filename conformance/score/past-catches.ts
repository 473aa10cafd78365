/**
 * The order in which cases meet a defect: what caught it before comes first, then what caught most. Committed
 * data (`past-catches.json`), so that a score takes minutes instead of hours; it says nothing of the outcome.
 */

import type { ConformanceCase } from '../case.js';
import type { DefectVerdict } from './defect.js';

/** Case by defect. */
export type PastCatches = { readonly [defect: string]: string };

/** Hand-written cases before generated ones, and among them those with the most catches first. */
export function orderCases(
  cases: readonly ConformanceCase[],
  past: PastCatches,
  defect: string,
): readonly ConformanceCase[] {
  const counts = new Map<string, number>();
  for (const id of Object.values(past)) counts.set(id, (counts.get(id) ?? 0) + 1);
  const rank = ({ id, origin }: ConformanceCase): number => {
    if (id === past[defect]) return Number.NEGATIVE_INFINITY;
    return origin === 'generated' ? 1 : -(counts.get(id) ?? 0);
  };
  return [...cases].sort((a, b) => rank(a) - rank(b));
}

/** What a full run teaches, by defect, sorted for a small difference to the run before. */
export function learn(verdicts: readonly DefectVerdict[]): PastCatches {
  return Object.fromEntries(
    verdicts
      .flatMap((one) => (one.verdict === 'caught' ? [[one.id, one.by] as const] : []))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
