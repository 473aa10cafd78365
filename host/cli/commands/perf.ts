/** `imis perf`: what commands cost, as model units and predicted card time, and how fast the simulator is. */

import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import {
  CountsError,
  formatBenchReport,
  formatCardReport,
  type OperationCounts,
  type Prediction,
  parseOperationCounts,
  predictCounts,
  reportCard,
  roundMs,
  runBench,
} from '../../../perf/index.js';
import { CliError, EXIT, type ExitStatus } from '../cli-error.js';
import { parseNatural, parseSeed } from '../options.js';
import { signingCases } from '../signing-cases.js';
import { profileNamed } from '../simulated-card.js';
import { Recorder } from '../visit/recorder.js';
import { runVisit, SCENARIOS } from '../visit/run-visit.js';
import { addPerfSuitesCommand } from './perf-suites.js';
import { inputOption, VISIT_PROFILE, visitInputFrom } from './visit.js';

/** Model units do not depend on the seed but for which random bytes differ; one seed makes them exact. */
const MODEL_SEED = 1;
const DEFAULT_ROUNDS = 12;

type CardArguments = {
  readonly scenario: string;
  readonly input: string;
  readonly profile: string;
  readonly json?: true;
};
type BenchArguments = {
  readonly rounds: number;
  readonly seed: number;
  readonly profile: string;
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
  perf
    .command('card')
    .description('predicted time of every command of a visit, split into crypto, NVM and wire')
    .option('--scenario <name>', `what happens: ${Object.keys(SCENARIOS).join(', ')}`, 'outpatient')
    .addOption(inputOption('FHIR Parameters with the persons and the visit'))
    .option('--profile <name>', 'card profile', VISIT_PROFILE)
    .option('--json', 'one JSON document instead of text')
    .action(async (options: CardArguments) => done(await perfCard(options)));
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
    .option('--json', 'one JSON document instead of text')
    .action(async (options: BenchArguments) => done(await perfBench(options)));
  addPerfSuitesCommand(perf, done);
}

/** @throws {CliError} when the visit was refused, after the report of what was done until then. */
async function perfCard(options: CardArguments): Promise<ExitStatus> {
  if (!Object.hasOwn(SCENARIOS, options.scenario)) {
    throw new CliError(
      `There is no scenario "${options.scenario}"; known: ${Object.keys(SCENARIOS).join(', ')}.`,
    );
  }
  const profile = profileNamed(options.profile);
  const input = await visitInputFrom(options.input);
  const recorder = new Recorder();
  await runVisit({ input, scenario: options.scenario, profile, seed: MODEL_SEED }, recorder);
  const commands = recorder.phases.flatMap(({ name: phase, commands: recorded }) =>
    recorded.map(({ card, exchange, figures }) => ({ phase, name: `${card}: ${exchange.name}`, figures })),
  );
  const report = reportCard(profile, commands);
  process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : formatCardReport(report));
  const refused = recorder.phases.find((phase) => phase.outcome === 'refused');
  if (refused === undefined) return EXIT.ok;
  throw new CliError(`The visit was refused in "${refused.name}": ${refused.reason}.`, EXIT.failed);
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
  const cases = await signingCases(profileNamed(options.profile));
  const report = runBench(cases, {
    rounds: options.rounds,
    seed: options.seed,
    ...(process.stderr.isTTY
      ? { onProgress: (done, total, name) => process.stderr.write(`\r${done + 1}/${total} ${name}\x1b[K`) }
      : {}),
  });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : formatBenchReport(report));
  return EXIT.ok;
}
