/** Defects of a card's end of the line: one of its machines is another than it should be. */

import type { DefectDescription, DefectTitle } from '../../apdu/defects/index.js';
import type { LineEngines } from '../line/line-engines.js';

export type LineDefect = DefectDescription & {
  /** The machines of such a card from those of a good one. */
  readonly engines: (good: LineEngines) => LineEngines;
};

/** One machine is replaced, mostly by one that extends it. */
export function inEngine<Name extends keyof LineEngines>(
  title: DefectTitle,
  name: Name,
  make: (good: LineEngines[Name]) => LineEngines[Name],
): LineDefect {
  return { ...title, seam: `machine ${name}`, engines: (good) => ({ ...good, [name]: make(good[name]) }) };
}
