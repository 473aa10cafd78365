/** From scores to one of three answers (FINGERPRINT.md): thresholds that follow from how many people are searched. */

import type { Candidate } from './search-port.js';

/** How often a search for a stranger may name somebody, and how often it may show somebody to a person. */
export const FALSE_POSITIVE_RATE = { identified: 0.001, candidates: 0.3 } as const;
/** Two people as near as this to one probe are for a person to tell apart. */
const LEAST_LEAD = 3;
const MOST_CANDIDATES = 3;

/**
 * Least score at which strangers match at most with this probability. A score is the logarithm of a
 * likelihood ratio, which a stranger exceeds with probability e^-score at most.
 */
export function scoreForFalseMatchRate(falseMatchRate: number): number {
  return -Math.log(falseMatchRate);
}

/** FPIR = N × FMR, solved for the score. */
export function scoreThreshold(people: number, falsePositiveRate: number): number {
  return scoreForFalseMatchRate(falsePositiveRate / Math.max(1, people));
}

export type Decision =
  | ({ readonly kind: 'identified' } & Candidate)
  | { readonly kind: 'candidates'; readonly candidates: readonly Candidate[] }
  | { readonly kind: 'not-found' };

/** `ranked`: best first. */
export function decide(ranked: readonly Candidate[], people: number): Decision {
  const [first, second] = ranked;
  if (!first) return { kind: 'not-found' };
  const alone = second === undefined || first.score - second.score >= LEAST_LEAD;
  if (alone && first.score >= scoreThreshold(people, FALSE_POSITIVE_RATE.identified)) {
    return { kind: 'identified', ...first };
  }
  const worthALook = scoreThreshold(people, FALSE_POSITIVE_RATE.candidates);
  const candidates = ranked.filter(({ score }) => score >= worthALook).slice(0, MOST_CANDIDATES);
  return candidates.length > 0 ? { kind: 'candidates', candidates } : { kind: 'not-found' };
}
