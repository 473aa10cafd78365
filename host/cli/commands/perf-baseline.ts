/** `imis perf baseline`: model units of a visit against those that the project keeps. */

import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Command, Option } from 'commander';
import {
  formatModelUnits,
  formatMovedUnits,
  type ModelUnits,
  modelUnits,
  movedUnits,
  parseModelUnits,
} from '../../../perf/index.js';
import { EXIT, type ExitStatus } from '../cli-error.js';
import { PACKAGE_ROOT } from '../package-root.js';
import { signingTimes } from '../profiling/signing-targets.js';
import { writeReport } from '../profiling/write-report.js';
import { profileNamed } from '../simulated-card.js';
import { MODEL_SEED, runScenario } from './perf-card.js';
import { DEFAULT_INPUT, VISIT_PROFILE, visitInputFrom } from './visit.js';

export const BASELINE_FILE = join(PACKAGE_ROOT, 'perf', 'baseline', 'outpatient.json');

export function addPerfBaselineCommand(perf: Command, done: (status: ExitStatus) => void): void {
  perf
    .command('baseline')
    .description('compare the model units of a visit with the committed ones; exit 1 when any moved')
    .addOption(
      new Option('--file <file>', 'the committed ones').default(
        BASELINE_FILE,
        relative(PACKAGE_ROOT, BASELINE_FILE),
      ),
    )
    .option('--write', 'replace them by those of now')
    .addHelpText(
      'after',
      `
Bytes, operations, bytecodes, page writes and predicted ms are the same on every machine. Where a change is meant,
npm run baseline renews the file; two files of two commits are told apart by: imis perf compare A B`,
    )
    .action(async (options: { readonly file: string; readonly write?: true }) => {
      done(await perfBaseline(options));
    });
}

/** Model units of the committed scenario with the code as it is now. */
async function currentUnits(): Promise<ModelUnits> {
  const profile = profileNamed(VISIT_PROFILE);
  const run = await runScenario(profile, { scenario: 'outpatient', input: DEFAULT_INPUT });
  const units = modelUnits(profile, run.commands);
  const signing = await signingTimes(await visitInputFrom(DEFAULT_INPUT), profile, MODEL_SEED);
  return { ...units, rows: { ...units.rows, ...signing } };
}

async function perfBaseline(options: { readonly file: string; readonly write?: true }): Promise<ExitStatus> {
  const now = await currentUnits();
  const before = existsSync(options.file)
    ? parseModelUnits(readFileSync(options.file, 'utf8'), options.file)
    : { ...now, rows: {} };
  const moved = movedUnits(before, now);
  process.stdout.write(formatMovedUnits(moved) || `${Object.keys(now.rows).length} rows, nothing moved.\n`);
  if (options.write) writeReport(options.file, formatModelUnits(now));
  return moved.length === 0 || options.write ? EXIT.ok : EXIT.failed;
}
