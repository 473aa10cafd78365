import type { LineDefect } from './line-defect.js';
import * as t0 from './t0/index.js';
import * as t1 from './t1/index.js';

/** Every defect of a card's end of the line. */
export const LINE_DEFECTS: readonly LineDefect[] = [...Object.values(t0), ...Object.values(t1)];
