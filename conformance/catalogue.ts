/** All cases of the suite, in the order in which they run. */

import { CATEGORIES, type ConformanceCase } from './case.js';
import { APDU_CASES } from './cases/apdu.js';
import { CHAINING_CASES } from './cases/chaining.js';
import { CLASS_CASES } from './cases/class.js';
import { ENVIRONMENT_CASES } from './cases/environment.js';
import { FILE_CASES } from './cases/file.js';
import { LIFE_CYCLE_CASES } from './cases/life-cycle.js';
import { PIN_CASES } from './cases/pin.js';
import { RECORD_CASES } from './cases/record.js';
import { RESPONSE_CASES } from './cases/response.js';
import { SELECTION_CASES } from './cases/selection.js';

const FAMILIES: readonly (readonly ConformanceCase[])[] = [
  APDU_CASES,
  CLASS_CASES,
  SELECTION_CASES,
  RESPONSE_CASES,
  CHAINING_CASES,
  FILE_CASES,
  RECORD_CASES,
  PIN_CASES,
  ENVIRONMENT_CASES,
  LIFE_CYCLE_CASES,
];

/** Hand-written and generated cases by category; within one in the order of their files. */
export function allCases(): readonly ConformanceCase[] {
  const rank = (one: ConformanceCase) => CATEGORIES.indexOf(one.category);
  return FAMILIES.flat().sort((a, b) => rank(a) - rank(b));
}
