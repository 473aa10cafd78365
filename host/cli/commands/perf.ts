/** `imis perf`: what commands cost, as model units and predicted card time, and how fast the simulator is. */

import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import {
  type BenchResult,
  CountsError,
  formatBenchReport,
  type OperationCounts,
  type Platform,
  type Prediction,
  parseOperationCounts,
  predictCounts,
  roundMs,
  runBench,
} from '../../../perf/index.js';
import { CliError, EXIT, type ExitStatus } from '../cli-error.js';
import { parseNatural, parseSeed } from '../options.js';
import { signingCases } from '../signing-cases.js';
import { profileNamed } from '../simulated-card.js';
import { suiteCases } from '../suites/suite-report.js';
import { addPerfBaselineCommand } from './perf-baseline.js';
import { addPerfCalibrateCommand } from './perf-calibrate.js';
import { addPerfCardCommand, MODEL_SEED, platformOption } from './perf-card.js';
import { addPerfCompareCommand } from './perf-compare.js';
import { addPerfMeasureCommand } from './perf-measure.js';
import { addPerfReportCommand } from './perf-report.js';
import { addPerfSuitesCommand } from './perf-suites.js';
import { VISIT_PROFILE } from './visit.js';

const DEFAULT_ROUNDS = 12;

type BenchArguments = {
  readonly rounds: number;
  readonly seed: number;
  readonly profile: string;
  readonly platform: Platform;
  readonly suites?: true;
  readonly against?: string;
  readonly json?: true;
};

type PredictArguments = { readonly profile: string; readonly counts: string; readonly json?: true };

const PREDICT_HELP = `
FILE is JSON: what one command of an applet on the Java Card API executes. Absent fields are 0.

  {
    "bytecodes_local": 344, "bytecodes_memory": 170, "bytecodes_invoke": 93,
    "putfield_changed": 2, "apdu_in": 65, "apdu_out": 32,
    "api": { "ECPub.setW|256": 1, "KeyAgreement.generateSecret|alg3|256": 1, "MessageDigest.doFinal|65|prev0": 1 }
  }

The same inside "decomposition" of a timed entry is taken too. Calls are named class.method|parameters:
lengths in bytes, key sizes in bits; R is RAM and E persistent memory. docs/cost-model.md lists them all.

Exit status: 0 predicted; 1 the profile lacks a figure ("missing"); 2 a wrong file, profile or name ("unknown").

Example:
  imis perf predict --profile nxp-jcop4-j3r180 --counts command.json --json
`;

export function addPerfCommand(program: Command, done: (status: ExitStatus) => void): void {
  const perf = program
    .command('perf')
    .description('what a command costs on a named card, and how fast the simulator is');
  addPerfCardCommand(perf, done);
  perf
    .command('predict')
    .description('predicted time of one command from its operation counts, wire and host included')
    .requiredOption('--profile <name>', 'card profile: id, key of the measured data, or file')
    .requiredOption('--counts <file>', 'JSON file with operation counts')
    .option('--json', 'one JSON document instead of text')
    .addHelpText('after', PREDICT_HELP)
    .action((options: PredictArguments) => done(perfPredict(options)));
  perf
    .command('bench')
    .description('host time of the on-card signing operations, beside the predicted card time')
    .option('--rounds <n>', 'rounds over all cases', parseNatural, DEFAULT_ROUNDS)
    .option('--seed <n>', 'seed of the order and of the intervals', parseSeed, MODEL_SEED)
    .option('--profile <name>', 'card profile of the predictions', VISIT_PROFILE)
    .addOption(platformOption())
    .option('--suites', 'also every suite: signing, coupons, verification, batches, opening')
    .option('--against <file>', 'JSON of an earlier run, to be compared with')
    .option('--json', 'one JSON document instead of text')
    .action(async (options: BenchArguments) => done(await perfBench(options)));
  addPerfSuitesCommand(perf, done);
  addPerfCompareCommand(perf, done);
  addPerfBaselineCommand(perf, done);
  addPerfReportCommand(perf, done);
  addPerfMeasureCommand(perf, done);
  addPerfCalibrateCommand(perf, done);
}

function perfPredict(options: PredictArguments): ExitStatus {
  const profile = profileNamed(options.profile);
  const prediction = predictCounts(profile, readCounts(options.counts));
  process.stdout.write(
    options.json
      ? `${JSON.stringify(predictionJson(prediction), null, 2)}\n`
      : formatPrediction(prediction, profile.title),
  );
  if (prediction.ms !== null) return EXIT.ok;
  return prediction.unknown.length > 0 ? EXIT.usage : EXIT.failed;
}

function readCounts(path: string): OperationCounts {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new CliError(`Counts file ${path} cannot be read.`);
  }
  try {
    return parseOperationCounts(text, path);
  } catch (error) {
    if (error instanceof CountsError) throw new CliError(error.message);
    throw error;
  }
}

function predictionJson(prediction: Prediction): object {
  if (prediction.ms === null) {
    const { unknown, missing } = prediction;
    return { ms: null, ...(unknown.length > 0 && { unknown }), ...(missing.length > 0 && { missing }) };
  }
  const breakdown = Object.entries(prediction.breakdown).map(([part, ms]) => [part, roundMs(ms)]);
  return {
    ms: roundMs(prediction.ms),
    label: prediction.label,
    breakdown: Object.fromEntries(breakdown),
  };
}

function formatPrediction(prediction: Prediction, title: string): string {
  if (prediction.ms === null) {
    const lines = [
      ...prediction.unknown.map((name) => `unknown operation: ${name}`),
      ...prediction.missing.map((name) => `no data for: ${name}`),
    ];
    return `${title}: no prediction\n${lines.map((line) => `  ${line}\n`).join('')}`;
  }
  const parts = Object.entries(prediction.breakdown).filter(([, ms]) => ms > 0);
  const lines = parts.map(([part, ms]) => `  ${part.padEnd(10)}${ms.toFixed(1).padStart(9)} ms\n`);
  return `${title}: ${prediction.ms.toFixed(1)} ms (${prediction.label})\n${lines.join('')}`;
}

async function perfBench(options: BenchArguments): Promise<ExitStatus> {
  if (options.rounds < 1) throw new CliError('--rounds is at least 1.');
  const profile = profileNamed(options.profile);
  const before = options.against === undefined ? undefined : earlierResults(options.against);
  const cases = [
    ...(await signingCases(profile, options.platform)),
    ...(options.suites ? await suiteCases(options.seed) : []),
  ];
  const report = runBench(cases, {
    rounds: options.rounds,
    seed: options.seed,
    ...(process.stderr.isTTY
      ? { onProgress: (done, total, name) => process.stderr.write(`\r${done + 1}/${total} ${name}\x1b[K`) }
      : {}),
  });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  process.stdout.write(
    options.json
      ? `${JSON.stringify(report, null, 2)}\n`
      : formatBenchReport(report, `${profile.title}, ${options.platform}`, before),
  );
  return EXIT.ok;
}

function earlierResults(path: string): readonly BenchResult[] {
  try {
    const { results } = JSON.parse(readFileSync(path, 'utf8')) as {
      readonly results?: readonly BenchResult[];
    };
    if (Array.isArray(results)) return results;
  } catch {
    // told below: not to be read is as good as not being one
  }
  throw new CliError(`${path} is no result of imis perf bench --json.`);
}
