import { createCipheriv } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { BYTECODE_CLASSES, GHASH_BYTECODES } from '../../perf/index.js';
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

describe("GHASH in the card's own code", () => {
  it("is GCM's, and costs the bytecodes that the price list says", async () => {
    const { ghash, count } = await loadInstrumentedRoutines();
    const key = Uint8Array.from({ length: 16 }, (_, i) => 31 * i + 7);
    const aes = (block: Uint8Array) =>
      Uint8Array.from(createCipheriv('aes-128-ecb', key, null).setAutoPadding(false).update(block));
    const data = Uint8Array.from({ length: 16 }, (_, i) => 251 - 13 * i);
    const nonce = new Uint8Array(12).fill(5);
    const gcm = createCipheriv('aes-128-gcm', key, nonce).setAAD(data);
    gcm.final();
    const table = new Uint8Array(256);
    const hash = new Uint8Array(16);
    const hashKey = aes(new Uint8Array(16));
    const perKey = count(() => ghash.ghashTable(hashKey, table));
    const perBlock = count(() => ghash.ghashBlock(table, hash, data));
    ghash.ghashBlock(table, hash, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 128, 0, 0, 0, 0, 0, 0, 0, 0));
    const mask = aes(Uint8Array.of(...nonce, 0, 0, 0, 1));
    expect(hash.map((byte, i) => byte ^ mask[i]!)).toEqual(Uint8Array.from(gcm.getAuthTag()));
    expect({ perKey, perBlock }).toEqual(GHASH_BYTECODES);
  });
});
