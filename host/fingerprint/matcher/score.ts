/**
 * What the pairing of two templates is worth, on a scale of false matches: strangers exceed a score of s once in
 * e^s comparisons. Weights and scale come from synthetic impressions (docs/fingerprint.md).
 */

import type { Placement } from './placement-search.js';

/** What is counted once the minutiae of two templates are paired. */
export type PairingFeatures = {
  /** Minutiae that have a mate. */
  pairs: number;
  /** Sum over the pairs of how near they lie, 0 to 1 each. */
  close: number;
  /** Sum over the edges whose ends both have a mate of how well the mates' edge agrees, 0 to 1 each; their number. */
  edges: number;
  edgesInside: number;
  /** Minutiae of each that lie where the other was seen. */
  probeInside: number;
  galleryInside: number;
};

/** Lowest score: one finger that fits nothing must not outweigh the others of a person. */
export const NO_MATCH = -3;
const LEAST_PAIRS = 3;

/** Weights of a logistic regression: what each feature adds to the logarithm of the odds. */
const WEIGHT = {
  constant: -13.0484,
  close: 0.4344,
  pairs: -0.1031,
  edges: 0.2813,
  // the same, shared out over the minutiae that could have a mate
  closeShare: 14.7454,
  pairsShare: 13.1708,
  edgesShare: -0.6145,
  edgesInsideShare: -0.1525,
  // votes for the placement, all and for each minutia
  height: -0.038135,
  heightShare: 2.845,
  minutiae: -0.0057,
  // fingers are laid on a sensor more or less upright
  rotation: -1.0776 / 32,
} as const;
/** Keep shares of few minutiae small. */
const PRIOR = { inside: 20, minutiae: 10 } as const;
/** A finger that lies farther off the upright than this is no less likely for it, in 256ths of a turn. */
const MOST_ROTATION = 64;

/**
 * From those odds to the scale of false matches: fitted to strangers of every material, so that of each no more than
 * one in a hundred, a thousand, ten thousand exceed the score that says so.
 */
const SCALE = { rate: 1.4, offset: 5.3 } as const;

/** `minutiae`: geometric mean of the numbers of both templates. */
export function scoreOf(features: PairingFeatures, placement: Placement, minutiae: number): number {
  const { pairs, close, edges, edgesInside, probeInside, galleryInside } = features;
  const { height, rotation } = placement;
  if (pairs < LEAST_PAIRS) return NO_MATCH;
  const shares =
    WEIGHT.closeShare * close +
    WEIGHT.pairsShare * pairs +
    WEIGHT.edgesShare * edges +
    WEIGHT.edgesInsideShare * edgesInside;
  const odds =
    WEIGHT.constant +
    WEIGHT.close * close +
    WEIGHT.pairs * pairs +
    WEIGHT.edges * edges +
    shares / Math.sqrt(probeInside * galleryInside + PRIOR.inside) +
    WEIGHT.height * height +
    (WEIGHT.heightShare * height) / (minutiae + PRIOR.minutiae) +
    WEIGHT.minutiae * minutiae +
    WEIGHT.rotation * Math.min(MOST_ROTATION, rotation, 256 - rotation);
  return Math.max(NO_MATCH, SCALE.rate * odds + SCALE.offset);
}
