/** All cases of the suite, in the order in which they run. */

import { CATEGORIES, type ConformanceCase } from './case.js';
import { APDU_CASES } from './cases/apdu.js';
import { PIN_CASES } from './cases/pin.js';

const FAMILIES: readonly (readonly ConformanceCase[])[] = [APDU_CASES, PIN_CASES];

/** Hand-written and generated cases by category; within one in the order of their files. */
export function allCases(): readonly ConformanceCase[] {
  const rank = (one: ConformanceCase) => CATEGORIES.indexOf(one.category);
  return FAMILIES.flat().sort((a, b) => rank(a) - rank(b));
}
