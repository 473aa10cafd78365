/** A defect as the score sees it: a kind of card that is wrong in one way, and what to say of it. */

import type { ConformanceTarget } from '../target.js';

/** How a defect came to be: thought of by somebody, or drawn from the program by a seed. */
export type DefectGroup = 'hand-written' | 'mechanical';

export type SeededDefect = {
  /** Unique and lasting: the past catches name defects by it. */
  readonly id: string;
  readonly group: DefectGroup;
  readonly category: string;
  /** What such a card does, or what was changed in it. */
  readonly title: string;
  /** The seam that was replaced, or file and line. */
  readonly where: string;
  /** It is a change of the table that generated cases are made from: they can not be said to have found it. */
  readonly changesTable: boolean;
  /** It is in the card's end of the line: only cases that use the contacts can see it. */
  readonly onLine: boolean;
};

/** The cards that have a defect, one target for each application that it is in. */
export type DefectTargets = readonly ConformanceTarget[];

/** How a defect fared. */
export type DefectVerdict = SeededDefect & {
  /** Cases that were run. */
  readonly cases: number;
} & (
    | {
        readonly verdict: 'caught';
        /** The first hand-written case that failed. */
        readonly by: string;
        readonly reason: string;
      }
    | {
        readonly verdict: 'caught by generated cases only';
        readonly by: string;
        readonly reason: string;
      }
    | { readonly verdict: 'missed' }
  );
