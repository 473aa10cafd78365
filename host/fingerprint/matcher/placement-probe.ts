/** A probe made ready for the search of its placement: by direction, and turned to every rotation once. */

import { COSINE, DIRECTION_WINDOW, SINE } from './placement-search.js';
import type { PreparedTemplate } from './prepared-template.js';

type Rotated = { readonly x: Int32Array; readonly y: Int32Array };

/** Minutiae in ascending order of direction, the circle gone around one and a half times. */
export class PlacementProbe {
  /** Of each minutia; may exceed 255. */
  readonly direction: Int32Array;
  /** `rank[d]`: how many minutiae come before direction d − {@link DIRECTION_WINDOW}. */
  readonly rank: Int32Array;
  private readonly byTurn = new Map<number, Rotated>();
  private readonly order: readonly number[];

  constructor({ centralX, centralY, centralDirection }: PreparedTemplate) {
    const unrolled: { at: number; direction: number }[] = [];
    centralDirection.forEach((direction, at) => {
      for (const turn of [-256, 0, 256]) unrolled.push({ at, direction: direction + turn });
    });
    const kept = unrolled
      .filter(({ direction }) => direction >= -DIRECTION_WINDOW && direction <= 255 + DIRECTION_WINDOW)
      .sort((a, b) => a.direction - b.direction);
    this.order = kept.map(({ at }) => at);
    this.direction = Int32Array.from(kept, ({ direction }) => direction);
    this.rank = Int32Array.from(
      { length: 256 + 2 * DIRECTION_WINDOW + 1 },
      (_, d) => kept.filter(({ direction }) => direction < d - DIRECTION_WINDOW).length,
    );
    this.x = centralX;
    this.y = centralY;
  }

  private readonly x: Int16Array;
  private readonly y: Int16Array;

  rotated(turn: number): Rotated {
    const known = this.byTurn.get(turn);
    if (known) return known;
    const [cosine, sine] = [COSINE[turn & 255]!, SINE[turn & 255]!];
    const { order, x, y } = this;
    const made = {
      x: Int32Array.from(order, (at) => Math.round(x[at]! * cosine - y[at]! * sine)),
      y: Int32Array.from(order, (at) => Math.round(x[at]! * sine + y[at]! * cosine)),
    };
    this.byTurn.set(turn, made);
    return made;
  }
}
