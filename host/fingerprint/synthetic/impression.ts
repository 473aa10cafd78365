/** Impressions of synthetic fingers: what a sensor makes of a finger that is laid on it more or less well. */

import type { FingerPosition, FingerView, Minutia, MinutiaType } from '../format/finger-record.js';
import { FINGER_RADIUS, type MasterFinger, type Point } from './master-finger.js';
import { type SeededNumbers, seededNumbers } from './seeded-numbers.js';

/** What happens to an impression. Lengths in pixels of 500 dpi unless the name says otherwise. */
export type ImpressionCondition = {
  readonly rotationSigmaDegrees: number;
  readonly shiftSigmaMm: number;
  /** Share of the finger's area that is seen. */
  readonly keptArea: number;
  /** Share of the minutiae in that area that is missed. */
  readonly dropOut: number;
  /** Minutiae that are none, as a share of those that are seen. */
  readonly spurious: number;
  readonly jitterSigma: number;
  readonly angleSigmaDegrees: number;
  /** Greatest displacement of the skin. */
  readonly distortion: number;
};

/** The conditions as given: no figure of a report comes from softer ones. */
export const CONDITIONS = {
  good: {
    rotationSigmaDegrees: 5,
    shiftSigmaMm: 2,
    keptArea: 0.85,
    dropOut: 0.05,
    spurious: 0.05,
    jitterSigma: 1,
    angleSigmaDegrees: 3,
    distortion: 3,
  },
  fair: {
    rotationSigmaDegrees: 10,
    shiftSigmaMm: 4,
    keptArea: 0.65,
    dropOut: 0.15,
    spurious: 0.15,
    jitterSigma: 2,
    angleSigmaDegrees: 6,
    distortion: 6,
  },
  poor: {
    rotationSigmaDegrees: 15,
    shiftSigmaMm: 6,
    keptArea: 0.45,
    dropOut: 0.25,
    spurious: 0.25,
    jitterSigma: 3,
    angleSigmaDegrees: 9,
    distortion: 9,
  },
} as const satisfies Readonly<Record<string, ImpressionCondition>>;

export type ConditionName = keyof typeof CONDITIONS;

/** What differs between sensors and minutiae finders beyond the condition; all off unless asked for. */
export type ImpressionVariant = {
  /** Steps of the angle in degrees (11.25). */
  readonly angleStepDegrees?: number;
  /** Steps of the coordinates in pixels (1). */
  readonly coordinateStep?: number;
  /** Share of the minutiae whose direction points the other way. */
  readonly reversed?: number;
  /** Share of the spurious minutiae that come in clumps and along the ridges, as in a scar or a wet patch. */
  readonly clumped?: number;
  /** A round patch of this radius in which nothing is found. */
  readonly blindRadius?: number;
};

/** Pixels of the image: 500 dpi, room for every rotation and shift. */
const IMAGE = { width: 1200, height: 1200, xPerCm: 197, yPerCm: 197 } as const;
const PIXELS_PER_MM = 19.7;
const WRONG_TYPE = 0.15;

export type ImpressionOptions = {
  /** Follows, with the finger, everything about the impression. */
  readonly seed: number | string;
  readonly condition: ImpressionCondition;
  readonly variant?: ImpressionVariant;
  readonly position?: FingerPosition;
  readonly viewNumber?: number;
};

type Placed = Point & { readonly angle: number; readonly type: MinutiaType };

/** One impression of a finger, as a view of a record. */
export function impressionOf(finger: MasterFinger, options: ImpressionOptions): FingerView {
  const { seed, condition, variant = {}, position = 0, viewNumber = 0 } = options;
  const numbers = seededNumbers('impression', seed);
  const placement = {
    rotation: numbers.normal((condition.rotationSigmaDegrees * Math.PI) / 180),
    shift: {
      x: numbers.normal(condition.shiftSigmaMm * PIXELS_PER_MM),
      y: numbers.normal(condition.shiftSigmaMm * PIXELS_PER_MM),
    },
  };
  const seen = seenArea(placement.shift, condition.keptArea);
  const found: Placed[] = finger.minutiae.filter(
    (minutia) => seen.has(minutia) && !numbers.chance(condition.dropOut),
  );
  const blind = blindPatch(variant.blindRadius ?? 0, seen, numbers);
  const visible = found.filter((minutia) => !blind(minutia));
  const spurious = drawSpurious(visible, seen, condition.spurious, variant.clumped ?? 0, numbers);
  const distort = smoothDistortion(condition.distortion, numbers);
  const minutiae = [...visible, ...spurious]
    .map((minutia) => sensed(minutia, { ...placement, distort, condition, variant }, numbers))
    .filter(({ x, y }) => x >= 0 && y >= 0 && x < IMAGE.width && y < IMAGE.height);
  return {
    position,
    viewNumber,
    impressionType: 0,
    quality: Math.round(100 * condition.keptArea),
    image: IMAGE,
    minutiae: inReadingOrder(minutiae),
    extended: [],
  };
}

type SeenArea = { readonly has: (point: Point) => boolean; readonly draw: (numbers: SeededNumbers) => Point };

/**
 * An ellipse like the finger's with `keptArea` of its area. The shift moves it over the finger, as far as it
 * stays on the finger: what is kept is the share that the condition names, never less or more.
 */
function seenArea(shift: Point, keptArea: number): SeenArea {
  const scale = Math.sqrt(keptArea);
  const off = Math.hypot(shift.x / FINGER_RADIUS.x, shift.y / FINGER_RADIUS.y);
  const allowed = off === 0 ? 0 : Math.min(1, (1 - scale) / off);
  const centre = { x: -shift.x * allowed, y: -shift.y * allowed };
  const radius = { x: scale * FINGER_RADIUS.x, y: scale * FINGER_RADIUS.y };
  return {
    has: ({ x, y }) => ((x - centre.x) / radius.x) ** 2 + ((y - centre.y) / radius.y) ** 2 <= 1,
    draw(numbers) {
      const distance = Math.sqrt(numbers.uniform());
      const turn = numbers.between(0, 2 * Math.PI);
      return {
        x: centre.x + radius.x * distance * Math.cos(turn),
        y: centre.y + radius.y * distance * Math.sin(turn),
      };
    },
  };
}

function blindPatch(radius: number, seen: SeenArea, numbers: SeededNumbers): (point: Point) => boolean {
  if (radius === 0) return () => false;
  const { x, y } = seen.draw(numbers);
  return (point) => Math.hypot(point.x - x, point.y - y) < radius;
}

function drawSpurious(
  visible: readonly Placed[],
  seen: SeenArea,
  share: number,
  clumped: number,
  numbers: SeededNumbers,
): Placed[] {
  const count = Math.round(visible.length * share);
  const spurious: Placed[] = [];
  while (spurious.length < count) {
    const beside = spurious.at(-1);
    const inClump = beside !== undefined && numbers.chance(clumped);
    const point = inClump
      ? { x: beside.x + numbers.normal(18), y: beside.y + numbers.normal(18) }
      : seen.draw(numbers);
    const angle = inClump
      ? beside.angle + (numbers.chance(0.5) ? Math.PI : 0) + numbers.normal(0.2)
      : numbers.between(0, 2 * Math.PI);
    spurious.push({ ...point, angle, type: numbers.chance(0.5) ? 'ending' : 'bifurcation' });
  }
  return spurious;
}

/** Displacement of the skin at a point: slow waves whose sum never exceeds the amplitude. */
function smoothDistortion(amplitude: number, numbers: SeededNumbers): (point: Point) => Point {
  const waves = Array.from({ length: 4 }, () => ({
    kx: numbers.between(-1, 1) / 60,
    ky: numbers.between(-1, 1) / 60,
    phase: numbers.between(0, 2 * Math.PI),
    turn: numbers.between(0, 2 * Math.PI),
  }));
  return (point) => {
    let [x, y] = [point.x, point.y];
    for (const { kx, ky, phase, turn } of waves) {
      const push = (amplitude / waves.length) * Math.sin(kx * point.x + ky * point.y + phase);
      x += push * Math.cos(turn);
      y += push * Math.sin(turn);
    }
    return { x, y };
  };
}

type Sensing = {
  readonly rotation: number;
  readonly shift: Point;
  readonly distort: (point: Point) => Point;
  readonly condition: ImpressionCondition;
  readonly variant: ImpressionVariant;
};

function sensed(minutia: Placed, sensing: Sensing, numbers: SeededNumbers): Minutia {
  const { rotation, shift, distort, condition, variant } = sensing;
  const skin = distort(minutia);
  const [cos, sin] = [Math.cos(rotation), Math.sin(rotation)];
  const x = skin.x * cos - skin.y * sin + shift.x + numbers.normal(condition.jitterSigma);
  const y = skin.x * sin + skin.y * cos + shift.y + numbers.normal(condition.jitterSigma);
  const reversed = numbers.chance(variant.reversed ?? 0) ? 180 : 0;
  const degrees =
    ((minutia.angle + rotation) * 180) / Math.PI + numbers.normal(condition.angleSigmaDegrees) + reversed;
  const step = variant.angleStepDegrees ?? 11.25;
  const pixel = variant.coordinateStep ?? 1;
  return {
    type: numbers.chance(WRONG_TYPE) ? otherType(minutia.type) : minutia.type,
    x: Math.round(Math.round((IMAGE.width / 2 + x) / pixel) * pixel),
    y: Math.round(Math.round((IMAGE.height / 2 - y) / pixel) * pixel),
    angle: Math.round((Math.round(degrees / step) * step * 256) / 360) & 255,
    quality: 1 + Math.floor(99 * numbers.uniform()),
  };
}

function otherType(type: MinutiaType): MinutiaType {
  return type === 'ending' ? 'bifurcation' : 'ending';
}

/** From top to bottom, so that the order tells nothing about which minutiae are real. */
function inReadingOrder(minutiae: readonly Minutia[]): Minutia[] {
  return [...minutiae].sort((a, b) => a.y - b.y || a.x - b.x);
}
