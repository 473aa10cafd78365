/** Error rates from scores of genuine and of strangers' comparisons. */

export type ErrorRates = {
  /** Where false matches and false non-matches are equally frequent. */
  readonly equalErrorRate: number;
  /** Share of genuine comparisons at or below the score that one in a thousand strangers exceeds. */
  readonly falseNonMatchAt1In1000: number;
};

export function errorRates(genuine: readonly number[], strangers: readonly number[]): ErrorRates {
  const own = Float64Array.from(genuine).sort();
  const other = Float64Array.from(strangers).sort();
  let equalErrorRate = 1;
  let nearest = Infinity;
  for (const score of own) {
    const falseMatches = 1 - below(other, score) / other.length;
    const falseNonMatches = below(own, score) / own.length;
    const apart = Math.abs(falseMatches - falseNonMatches);
    if (apart >= nearest) continue;
    nearest = apart;
    equalErrorRate = (falseMatches + falseNonMatches) / 2;
  }
  const threshold = other[Math.ceil(other.length * 0.999) - 1]!;
  return { equalErrorRate, falseNonMatchAt1In1000: below(own, threshold, true) / own.length };
}

/** How many of the ascending values are below the limit, or at it, too. */
function below(ascending: Float64Array, limit: number, at = false): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const under = at ? ascending[middle]! <= limit : ascending[middle]! < limit;
    if (under) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Share of probes whose own score is above all others; `scores[probe][gallery]`, both of the same people. */
export function rankOne(scores: readonly Float64Array[]): number {
  const first = scores.filter((row, probe) =>
    row.every((score, person) => person === probe || score < row[probe]!),
  );
  return first.length / scores.length;
}

/** Rate of the exponential that the scores above a quantile follow, and the score at that quantile. */
export function tailOf(
  strangers: Float64Array,
  share: number,
): { readonly rate: number; readonly start: number } {
  const sorted = strangers.slice().sort();
  const from = Math.floor(sorted.length * (1 - share));
  const start = sorted[from]!;
  const tail = sorted.subarray(from);
  return { rate: 1 / (tail.reduce((sum, score) => sum + score - start, 0) / tail.length), start };
}
