/**
 * What the pairing of two templates is worth: the logarithm of how much likelier it is for one finger than for
 * two. The weights are a logistic regression on synthetic impressions (docs/fingerprint.md).
 */

/** What is counted once the minutiae of two templates are paired. */
export type PairingFeatures = {
  /** Minutiae that have a mate. */
  pairs: number;
  /** Sum over the pairs of squared distances in pixels, and of squared differences of direction in 256ths of a turn. */
  distance: number;
  turn: number;
  /** Sum over the pairs of the support from their surroundings, 0 to 1 each. */
  local: number;
  /** Minutiae of each that lie where the other was seen. */
  probeInside: number;
  galleryInside: number;
};

/** Score of two templates with nothing in common. */
export const NO_MATCH = -12;

export function scoreOf({
  pairs,
  distance,
  turn,
  local,
  probeInside,
  galleryInside,
}: PairingFeatures): number {
  if (pairs < 3) return NO_MATCH;
  const both = Math.sqrt(probeInside * galleryInside);
  const unpaired = (probeInside + galleryInside) / 2 - pairs;
  const score =
    -5.845 -
    0.125 * pairs -
    0.3046 * (distance / 100) -
    0.0005 * (turn / 200) +
    3.252 * local -
    0.1817 * unpaired +
    0.2123 * both +
    (9.12 * pairs - 6.09 * local) / Math.sqrt(probeInside * galleryInside + 20);
  return Math.max(NO_MATCH, score);
}
