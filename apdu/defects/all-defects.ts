import * as access from './access/index.js';
import * as boundary from './boundary/index.js';
import * as lifeCycle from './life-cycle/index.js';
import * as pin from './pin/index.js';
import type { SpecificationDefect } from './specification-defect.js';

/** Every defect of the command set. */
export const SPECIFICATION_DEFECTS: readonly SpecificationDefect[] = [
  ...Object.values(access),
  ...Object.values(boundary),
  ...Object.values(lifeCycle),
  ...Object.values(pin),
];
