/** The routines, instrumented as the card's code is, and what one run of them counts. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transformWithOxc } from 'vite';
import {
  type BytecodeCount,
  bytecodesOf,
  type CallNode,
  type CountedFunction,
  instrument,
} from '../../../perf/index.js';
import type * as Ghash from './ghash.js';
import type { Routines } from './routine-cases.js';

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const compiled = async (path: string) =>
  (await transformWithOxc(readFileSync(path, 'utf8'), path, { sourcemap: false })).code;

export type MeteredRoutines = Routines & {
  readonly ghash: typeof Ghash;
  /** Bytecodes by class that `work` executes. */
  readonly count: (work: () => unknown) => BytecodeCount;
};

/** Compiles and instruments the routines into a folder of their own and loads them. */
export async function loadInstrumentedRoutines(): Promise<MeteredRoutines> {
  const folder = mkdtempSync(join(tmpdir(), 'imis-routines-'));
  try {
    const functions: CountedFunction[] = [];
    writeFileSync(join(folder, 'counters.mjs'), await compiled(here('../../../perf/metering/counters.ts')));
    const load = async (name: string): Promise<unknown> => {
      const made = instrument({
        file: `${name}.ts`,
        code: await compiled(here(`${name}.ts`)),
        lineAt: () => 1,
        counters: './counters.mjs',
        firstFunction: functions.length,
      });
      functions.push(...made.functions);
      writeFileSync(join(folder, `${name}.mjs`), made.code);
      return import(/* @vite-ignore */ pathToFileURL(join(folder, `${name}.mjs`)).href);
    };
    const fitted = (await load('fitted-routines')) as Routines['fitted'];
    const heldOut = (await load('held-out-routines')) as Routines['heldOut'];
    const ghash = (await load('ghash')) as typeof Ghash;
    const counters = pathToFileURL(join(folder, 'counters.mjs')).href;
    const { take } = (await import(/* @vite-ignore */ counters)) as { readonly take: () => CallNode };
    const count = (work: () => unknown) => {
      take();
      work();
      return bytecodesOf(take(), functions);
    };
    return { fitted, heldOut, ghash, count };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
