/**
 * What the pairing of two templates is worth, on a scale of false matches: strangers exceed a score of s once in
 * e^s comparisons. Weights and scale come from synthetic impressions (docs/fingerprint.md).
 */

/** What is counted once the minutiae of two templates are paired. */
export type PairingFeatures = {
  /** Minutiae that have a mate. */
  pairs: number;
  /** Sum over the pairs of how near they lie, 0 to 1 each; of those whose surroundings fit, too. */
  close: number;
  supported: number;
  /** Sum over the pairs of how much their surroundings fit, 0 to 1 each. */
  local: number;
  /** Minutiae of each that lie where the other was seen. */
  probeInside: number;
  galleryInside: number;
};

/** Lowest score: one finger that fits nothing must not outweigh the others of a person. */
export const NO_MATCH = -3;
const LEAST_PAIRS = 3;

/** Weights of a logistic regression: what each feature adds to the logarithm of the odds. */
const WEIGHT = {
  constant: -8.139,
  close: 0.2915,
  supported: 0.2699,
  local: 0.7201,
  // the same, shared out over the minutiae that could have a mate
  closeShare: 6.9557,
  supportedShare: 4.5264,
  localShare: 4.5449,
  pairsShare: 5.337,
  resemblance: 0.1272,
  unpaired: -0.0132,
  // the more minutiae, the more of them fall together by chance
  size: -0.0624,
} as const;
/** Keeps a share of few minutiae small. */
const SHARE_PRIOR = 20;

/**
 * From those odds to the scale of false matches: fitted to strangers of every material, so that of each no more than
 * one in a hundred, a thousand, ten thousand exceed the score that says so.
 */
const SCALE = { rate: 1.7, offset: 6.8 } as const;

/**
 * `resemblance`: of the heap of votes that placed the templates, see the pre-filter; `minutiae`: geometric mean of
 * their numbers.
 */
export function scoreOf(features: PairingFeatures, resemblance: number, minutiae: number): number {
  const { pairs, close, supported, local, probeInside, galleryInside } = features;
  if (pairs < LEAST_PAIRS) return NO_MATCH;
  const shares =
    WEIGHT.closeShare * close +
    WEIGHT.supportedShare * supported +
    WEIGHT.localShare * local +
    WEIGHT.pairsShare * pairs;
  const odds =
    WEIGHT.constant +
    WEIGHT.close * close +
    WEIGHT.supported * supported +
    WEIGHT.local * local +
    shares / Math.sqrt(probeInside * galleryInside + SHARE_PRIOR) +
    WEIGHT.resemblance * resemblance +
    WEIGHT.unpaired * ((probeInside + galleryInside) / 2 - pairs) +
    WEIGHT.size * minutiae;
  return Math.max(NO_MATCH, SCALE.rate * odds + SCALE.offset);
}
