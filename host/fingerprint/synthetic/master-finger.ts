/** Synthetic fingers: the ridge flow of a class and the minutiae on it. Nobody's finger is behind them. */

import type { MinutiaType } from '../format/finger-record.js';
import { type SeededNumbers, seededNumbers } from './seeded-numbers.js';

/** Half the width and height of the area of ridges, in pixels of 500 dpi: a finger of 15 by 20 millimetres. */
export const FINGER_RADIUS = { x: 148, y: 197 } as const;

export type FingerClass = 'arch' | 'tented arch' | 'left loop' | 'right loop' | 'whorl';

/** Natural frequencies of the classes in per cent. */
export const CLASS_FREQUENCY: Readonly<Record<FingerClass, number>> = {
  arch: 3.7,
  'tented arch': 2.9,
  'left loop': 31.7,
  'right loop': 31.7,
  whorl: 30,
};

/** A point in pixels from the middle of the finger, y upwards. */
export type Point = { readonly x: number; readonly y: number };

export type MasterMinutia = Point & {
  readonly type: MinutiaType;
  /** Radians, counter-clockwise from the right. */
  readonly angle: number;
};

export type MasterFinger = {
  readonly fingerClass: FingerClass;
  readonly cores: readonly Point[];
  readonly deltas: readonly Point[];
  readonly minutiae: readonly MasterMinutia[];
};

const MINUTIAE = { least: 45, most: 110 } as const;
const LEAST_DISTANCE = 9;
/** How much denser minutiae are at a core or delta than far from all, and how far that reaches. */
const DENSER = { by: 2, sigma: 45 } as const;
const ENDINGS = 0.55;

/** The finger of a seed, the same at every call. */
export function syntheticFinger(seed: number | string): MasterFinger {
  const numbers = seededNumbers('finger', seed);
  const fingerClass = drawClass(numbers);
  const { cores, deltas } = drawSingularities(fingerClass, numbers);
  return { fingerClass, cores, deltas, minutiae: drawMinutiae(fingerClass, cores, deltas, numbers) };
}

function drawClass(numbers: SeededNumbers): FingerClass {
  let left = 100 * numbers.uniform();
  for (const [name, percent] of Object.entries(CLASS_FREQUENCY)) {
    left -= percent;
    if (left < 0) return name as FingerClass;
  }
  return 'whorl';
}

function drawSingularities(fingerClass: FingerClass, numbers: SeededNumbers) {
  const near = (x: number, y: number, sigma: number): Point => ({
    x: x + numbers.normal(sigma),
    y: y + numbers.normal(sigma),
  });
  switch (fingerClass) {
    case 'arch':
      return { cores: [], deltas: [] };
    case 'tented arch': {
      const core = near(0, 20, 10);
      return {
        cores: [core],
        deltas: [{ x: core.x + numbers.normal(4), y: core.y - numbers.between(70, 110) }],
      };
    }
    case 'left loop':
      return { cores: [near(0, 25, 14)], deltas: [near(95, -85, 18)] };
    case 'right loop':
      return { cores: [near(0, 25, 14)], deltas: [near(-95, -85, 18)] };
    case 'whorl': {
      const upper = near(0, 40, 12);
      const lower = { x: upper.x + numbers.normal(8), y: upper.y - numbers.between(25, 75) };
      return { cores: [upper, lower], deltas: [near(105, -95, 16), near(-105, -95, 16)] };
    }
  }
}

/**
 * Direction of the ridges at a point, in radians, up to half a turn: the zero-pole model, in which every
 * core turns the flow by half its angle and every delta back. An arch has neither and is a wave.
 */
export function ridgeDirection(
  fingerClass: FingerClass,
  cores: readonly Point[],
  deltas: readonly Point[],
  { x, y }: Point,
): number {
  if (fingerClass === 'arch') {
    const height = Math.max(0, 1 - Math.abs(y + 20) / (1.2 * FINGER_RADIUS.y));
    return Math.atan(-1.3 * height * Math.sin((Math.PI * x) / FINGER_RADIUS.x));
  }
  const turn = (points: readonly Point[]) =>
    points.reduce((sum, point) => sum + Math.atan2(y - point.y, x - point.x), 0);
  // As many cores as deltas, so far away the flow is level.
  return (turn(cores) - turn(deltas)) / 2;
}

function drawMinutiae(
  fingerClass: FingerClass,
  cores: readonly Point[],
  deltas: readonly Point[],
  numbers: SeededNumbers,
): MasterMinutia[] {
  const wanted = MINUTIAE.least + Math.floor((MINUTIAE.most - MINUTIAE.least + 1) * numbers.uniform());
  const singular = [...cores, ...deltas];
  const minutiae: MasterMinutia[] = [];
  while (minutiae.length < wanted) {
    const point = {
      x: numbers.between(-1, 1) * FINGER_RADIUS.x,
      y: numbers.between(-1, 1) * FINGER_RADIUS.y,
    };
    if (!isOnFinger(point)) continue;
    if (!numbers.chance(densityAt(point, singular))) continue;
    if (minutiae.some((other) => squaredDistance(other, point) < LEAST_DISTANCE ** 2)) continue;
    const along = ridgeDirection(fingerClass, cores, deltas, point);
    minutiae.push({
      ...point,
      type: numbers.chance(ENDINGS) ? 'ending' : 'bifurcation',
      angle: numbers.chance(0.5) ? along : along + Math.PI,
    });
  }
  return minutiae;
}

function isOnFinger({ x, y }: Point): boolean {
  return (x / FINGER_RADIUS.x) ** 2 + (y / FINGER_RADIUS.y) ** 2 <= 1;
}

/** Density relative to its greatest value. */
function densityAt(point: Point, singular: readonly Point[]): number {
  const nearest = Math.min(Infinity, ...singular.map((other) => squaredDistance(other, point)));
  return (1 + DENSER.by * Math.exp(-nearest / (2 * DENSER.sigma ** 2))) / (1 + DENSER.by);
}

function squaredDistance(a: Point, b: Point): number {
  return (a.x - b.x) ** 2 + (a.y - b.y) ** 2;
}
