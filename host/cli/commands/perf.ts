/** `imis perf`: what commands cost, as model units and predicted card time, and how fast the simulator is. */

import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import {
  CountsError,
  type OperationCounts,
  type Prediction,
  parseOperationCounts,
  predictCounts,
  roundMs,
} from '../../../perf/index.js';
import { CliError, EXIT, type ExitStatus } from '../cli-error.js';
import { profileNamed } from '../simulated-card.js';
import { addPerfBaselineCommand } from './perf-baseline.js';
import { addPerfBenchCommand } from './perf-bench.js';
import { addPerfCalibrateCommand } from './perf-calibrate.js';
import { addPerfCardCommand } from './perf-card.js';
import { addPerfCompareCommand } from './perf-compare.js';
import { addPerfMeasureCommand } from './perf-measure.js';
import { addPerfReportCommand } from './perf-report.js';
import { addPerfSuitesCommand } from './perf-suites.js';

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
  addPerfBenchCommand(perf, done);
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
