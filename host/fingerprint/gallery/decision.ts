/** From scores to one of three answers (FINGERPRINT.md): thresholds that follow from how many people are searched. */

import type { Candidate } from './search-port.js';

/** How often a search for a stranger may name somebody, and how often it may show somebody to a person. */
export const FALSE_POSITIVE_RATE = { identified: 0.001, candidates: 0.05 } as const;
/** Two people as near as this to one probe are for a person to tell apart. */
const LEAST_LEAD = 3;
const MOST_CANDIDATES = 3;

/** Score sums beyond this are not told apart. */
const HIGHEST_SCORE = 200;

/**
 * Probability at most that strangers reach a sum of scores over so many fingers. One finger exceeds s once in e^s
 * comparisons; the sum of several such numbers follows Erlang's distribution.
 */
export function falseMatchRate(score: number, fingers: number): number {
  if (score <= 0) return 1;
  let term = 1;
  let sum = 1;
  for (let i = 1; i < fingers; i++) {
    term *= score / i;
    sum += term;
  }
  return Math.min(1, Math.exp(-score) * sum);
}

/** Least sum of scores over `fingers` at which FPIR = N × FMR is kept, found by halving. */
export function scoreThreshold(people: number, falsePositiveRate: number, fingers: number): number {
  const wanted = falsePositiveRate / Math.max(1, people);
  let [low, high] = [0, HIGHEST_SCORE];
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (falseMatchRate(middle, fingers) > wanted) low = middle;
    else high = middle;
  }
  return high;
}

export type Decision =
  | ({ readonly kind: 'identified' } & Candidate)
  | { readonly kind: 'candidates'; readonly candidates: readonly Candidate[] }
  | { readonly kind: 'not-found' };

/** `ranked`: best first, by the sum over `fingers` fingers. */
export function decide(ranked: readonly Candidate[], people: number, fingers: number): Decision {
  const [first, second] = ranked;
  if (!first) return { kind: 'not-found' };
  const alone = second === undefined || first.score - second.score >= LEAST_LEAD;
  if (alone && first.score >= scoreThreshold(people, FALSE_POSITIVE_RATE.identified, fingers)) {
    return { kind: 'identified', ...first };
  }
  const worthALook = scoreThreshold(people, FALSE_POSITIVE_RATE.candidates, fingers);
  const candidates = ranked.filter(({ score }) => score >= worthALook).slice(0, MOST_CANDIDATES);
  return candidates.length > 0 ? { kind: 'candidates', candidates } : { kind: 'not-found' };
}
