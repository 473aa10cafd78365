import { beforeAll, describe, expect, it } from 'vitest';
import { BYTECODE_CLASSES } from '../../perf/index.js';
import { loadInstrumentedRoutines, type MeteredRoutines } from './bytecodes/instrumented-routines.js';
import { FITTED_CASES, HELD_OUT_CASES, printed } from './bytecodes/routine-cases.js';
import vectors from './bytecodes/vectors.json' with { type: 'json' };

/** Share of javac's count by which the rule may be off, in each class. */
const TOLERANCE = 0.15;

describe('bytecodes counted in TypeScript against those of javac', () => {
  let routines: MeteredRoutines;
  beforeAll(async () => {
    routines = await loadInstrumentedRoutines();
  });

  it.each([
    ...Object.entries(FITTED_CASES).map(([name, make]) => ({ name, make, set: 'fitted' })),
    ...Object.entries(HELD_OUT_CASES).map(([name, make]) => ({ name, make, set: 'held out' })),
  ])('$name ($set)', ({ name, make, set }) => {
    const run = make(routines);
    let result: ReturnType<typeof run> = 0;
    const counted = routines.count(() => {
      result = run();
    });
    const vector = vectors.routines[name as keyof typeof vectors.routines];
    expect(printed(result)).toBe(vector.result);
    const errors = BYTECODE_CLASSES.map((kind) => (counted[kind] - vector[kind]) / vector[kind]);
    const shown = BYTECODE_CLASSES.map(
      (kind, i) => `${kind} ${counted[kind]} / ${vector[kind]} (${(100 * errors[i]!).toFixed(1)} %)`,
    );
    console.log(`${set} ${name}: ${shown.join(', ')}`);
    for (const error of errors) expect(Math.abs(error)).toBeLessThanOrEqual(TOLERANCE);
  });
});
