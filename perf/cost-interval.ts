/** A cost that says how sure it is: jitter as an interval, and "no data" where a figure lacks. */
import { type FigureLabel, weakerLabel } from './card-profile.js';
import type { Price } from './price-term.js';

/** ms with the interval it is likely to lie in, or what the profile lacks for it. */
export type Cost =
  | { readonly ms: number; readonly lowMs: number; readonly highMs: number; readonly label: FigureLabel }
  | { readonly ms: null; readonly missing: readonly string[] };

/**
 * Factors on a figure by its label. Measured: samples of one card model differ by up to 9 % in the data set.
 * Derived: nine of ten long commands of the calibration set lie within 20 %. Estimated: half to twice.
 */
const SPREAD: Readonly<Record<FigureLabel, readonly [number, number]>> = {
  measured: [0.91, 1.09],
  derived: [0.8, 1.2],
  estimated: [0.5, 2],
};

export const NO_COST: Cost = { ms: 0, lowMs: 0, highMs: 0, label: 'measured' };

/** A price with the interval of its label. */
export function costOf(price: Price): Cost {
  if (price.ms === null) return price;
  const [low, high] = SPREAD[price.label];
  return { ms: price.ms, lowMs: price.ms * low, highMs: price.ms * high, label: price.label };
}

/** Sum; lowest with lowest and highest with highest, for figures of one card err together. */
export function sumCosts(costs: readonly Cost[]): Cost {
  const missing = costs.flatMap((cost) => (cost.ms === null ? cost.missing : []));
  if (missing.length > 0) return { ms: null, missing: [...new Set(missing)].sort() };
  return costs.reduce((sum, cost) => {
    if (sum.ms === null || cost.ms === null) return sum;
    return {
      ms: sum.ms + cost.ms,
      lowMs: sum.lowMs + cost.lowMs,
      highMs: sum.highMs + cost.highMs,
      // Nothing at all is as certain as it gets.
      label: cost.highMs === 0 ? sum.label : weakerLabel(sum.label, cost.label),
    };
  }, NO_COST);
}

/** So many times the same. */
export function timesCost(cost: Cost, times: number): Cost {
  if (cost.ms === null) return times === 0 ? NO_COST : cost;
  return {
    ms: cost.ms * times,
    lowMs: cost.lowMs * times,
    highMs: cost.highMs * times,
    label: cost.label,
  };
}
