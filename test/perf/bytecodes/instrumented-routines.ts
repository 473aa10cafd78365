/** The routines, instrumented as the card's code is, and what one run of them counts. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transformWithOxc } from 'vite';
import { BYTECODE_CLASSES, type BytecodeClass, type CountedBlock, instrument } from '../../../perf/index.js';
import type { Routines } from './routine-cases.js';

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const compiled = async (path: string) =>
  (await transformWithOxc(readFileSync(path, 'utf8'), path, { sourcemap: false })).code;

export type MeteredRoutines = Routines & {
  /** Bytecodes by class that `work` executes. */
  readonly count: (work: () => unknown) => Readonly<Record<BytecodeClass, number>>;
};

/** Compiles and instruments the routines into a folder of their own and loads them. */
export async function loadInstrumentedRoutines(): Promise<MeteredRoutines> {
  const folder = mkdtempSync(join(tmpdir(), 'imis-routines-'));
  try {
    const blocks: CountedBlock[] = [];
    writeFileSync(join(folder, 'counters.mjs'), await compiled(here('../../../perf/metering/counters.ts')));
    const load = async (name: string): Promise<unknown> => {
      const code = await compiled(here(`${name}.ts`));
      const file = `${name}.ts`;
      const made = instrument({ file, code, lineAt: () => 1, counters: './counters.mjs', firstId: blocks.length });
      blocks.push(...made.blocks);
      writeFileSync(join(folder, `${name}.mjs`), made.code);
      return import(/* @vite-ignore */ pathToFileURL(join(folder, `${name}.mjs`)).href);
    };
    const fitted = (await load('fitted-routines')) as Routines['fitted'];
    const heldOut = (await load('held-out-routines')) as Routines['heldOut'];
    const counters = pathToFileURL(join(folder, 'counters.mjs')).href;
    const { runs } = (await import(/* @vite-ignore */ counters)) as { readonly runs: Float64Array };
    return { fitted, heldOut, count: (work) => counted(runs, blocks, work) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function counted(
  runs: Float64Array,
  blocks: readonly CountedBlock[],
  work: () => unknown,
): Record<BytecodeClass, number> {
  runs.fill(0);
  work();
  const sums = { local: 0, memory: 0, invoke: 0 };
  for (const { id, lines } of blocks) {
    for (const line of lines) for (const kind of BYTECODE_CLASSES) sums[kind] += runs[id]! * line[kind];
  }
  return sums;
}
