/** Impressions to measure the matcher with: the three conditions as given, and a stand-in for real prints. */

import {
  CONDITIONS,
  type ConditionName,
  type FingerPosition,
  type FingerView,
  type ImpressionVariant,
  impressionOf,
  seededNumbers,
  syntheticFinger,
} from '../../host/index.js';

/** `mixed`: fair and poor, with what sensors and minutiae finders add to that. */
export type Material = ConditionName | 'mixed';

/** Which impression of which finger; equal names give equal impressions. */
export type ImpressionName = {
  /** Seed of everybody in a set: figures are reported on another set than the weights were fitted on. */
  readonly set: string;
  readonly person: number;
  readonly position?: FingerPosition;
  readonly impression: number;
};

export function impression(material: Material, name: ImpressionName): FingerView {
  const { set, person, position = 0, impression: number } = name;
  const seed = `${set}-${person}-${position}`;
  const finger = syntheticFinger(seed);
  const options = { seed: `${seed}-${number}`, position, viewNumber: number & 15 };
  if (material !== 'mixed') return impressionOf(finger, { ...options, condition: CONDITIONS[material] });
  return impressionOf(finger, { ...options, ...drawMixed(options.seed) });
}

/**
 * Half fair, half poor, never better than those: turned more, sometimes with twice the spurious minutiae, in clumps
 * along the ridges, with blind patches, reversed directions, and the grids of other minutiae finders.
 */
function drawMixed(seed: string) {
  const numbers = seededNumbers('mixed', seed);
  const base = CONDITIONS[numbers.chance(0.5) ? 'poor' : 'fair'];
  const condition = {
    ...base,
    rotationSigmaDegrees: 1.3 * base.rotationSigmaDegrees,
    spurious: base.spurious * (numbers.chance(0.3) ? 2 : 1),
  };
  const variant: ImpressionVariant = {
    angleStepDegrees: numbers.chance(0.5) ? 11.25 : 5.625,
    coordinateStep: numbers.chance(0.4) ? 1.97 : 1,
    reversed: numbers.chance(0.5) ? 0.05 : 0,
    clumped: numbers.chance(0.5) ? 0.7 : 0,
    blindRadius: numbers.chance(0.3) ? numbers.between(20, 60) : 0,
  };
  return { condition, variant };
}
