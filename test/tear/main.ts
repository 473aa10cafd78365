/**
 * `npm run tear`: the power fails at every page operation of every command of every scenario and at
 * every page operation of every recovery.
 */

import { Command } from 'commander';
import { naturalOption } from '../../host/cli/index.js';
import { SEED as DEFAULT_SEED } from '../apdu/seed.js';
import { Progress } from '../support/progress.js';
import { Choices } from '../support/seeded-random.js';
import type { RecordedCommand, RecordedRun } from './recorded-run.js';
import { TearReport } from './report.js';
import { TEAR_SCENARIOS } from './scenarios.js';
import { Trial } from './trial.js';
import { contradictions } from './writes.js';

const RUNS_PER_SCENARIO = 3;

type Site = { readonly run: RecordedRun; readonly command: RecordedCommand };

function shuffled<T>(items: readonly T[], choices: Choices): T[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = choices.below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

const { seed, seconds } = new Command('npm run tear --')
  .description('Cuts the power at every page operation of every command, and of every recovery.')
  .addOption(
    naturalOption('--seed <n>', "sets the order and the visits' seeds", 'IMIS_SEED').default(DEFAULT_SEED),
  )
  .addOption(naturalOption('--seconds <n>', 'ends the run early; the seed chooses what it got to'))
  .parse()
  .opts<{ readonly seed: number; readonly seconds?: number }>();
const end = seconds === undefined ? Number.POSITIVE_INFINITY : Date.now() + seconds * 1000;
const choices = new Choices(seed);
const report = new TearReport();
const progress = new Progress();
console.log(`seed ${seed}${seconds === undefined ? '' : `, ${seconds} s`}`);

const sites: Site[] = [];
for (let turn = 0; turn < RUNS_PER_SCENARIO; turn++) {
  for (const scenario of TEAR_SCENARIOS) {
    const run = await scenario.record(seed + turn);
    const { found } = contradictions(run);
    if (found.length > 0) throw new Error(found.join('\n'));
    sites.push(...run.sites.map((command) => ({ run, command })));
  }
}
let done = 0;
for (const { run, command } of shuffled(sites, choices)) {
  if (Date.now() > end) break;
  progress.show(
    () => `${done} of ${sites.length} commands, ${report.cuts} cuts, ${report.recoveryCuts} in recovery`,
  );
  new Trial(run, command, { recovery: 'every point', choices, report }).cutEverywhere();
  done++;
}
progress.clear();
console.log(
  `${done} of ${sites.length} commands in ${RUNS_PER_SCENARIO} runs of each of ${TEAR_SCENARIOS.length} scenarios\n${report}`,
);
if (done === 0) {
  console.error('No command was cut: recording the scenarios took all the time; give it more --seconds.');
  process.exitCode = 1;
}
