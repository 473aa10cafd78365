import { type SeededRandom, seededRandom } from './seeded-random.js';

/** Median of samples with an interval that holds it with the stated confidence. */
export type MedianInterval = { readonly median: number; readonly low: number; readonly high: number };

/** Middle value, or the mean of the two middle ones. @throws RangeError for no samples */
export function median(samples: readonly number[]): number {
  if (samples.length === 0) throw new RangeError('median of no samples');
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const RESAMPLES = 1000;
const CONFIDENCE = 0.95;

/**
 * Median over all rounds' samples and its percentile bootstrap interval (95 %).
 * Whole rounds are drawn again, since samples of one round share the machine's mood.
 */
export function medianInterval(rounds: readonly (readonly number[])[], seed: number): MedianInterval {
  const random = seededRandom(seed);
  const medians = Array.from({ length: RESAMPLES }, () => median(resample(rounds, random))).sort(
    (a, b) => a - b,
  );
  const tail = Math.floor((RESAMPLES * (1 - CONFIDENCE)) / 2);
  return { median: median(rounds.flat()), low: medians[tail]!, high: medians[RESAMPLES - 1 - tail]! };
}

function resample(rounds: readonly (readonly number[])[], random: SeededRandom): readonly number[] {
  return rounds.flatMap(() => rounds[Math.floor(random() * rounds.length)]!);
}
