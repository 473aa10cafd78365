/** `imis perf`: what commands cost, as model units and predicted card time, and how fast the simulator is. */

import type { Command } from 'commander';
import { formatBenchReport, formatCardReport, reportCard, runBench } from '../../../perf/index.js';
import { CliError, EXIT, type ExitStatus } from '../cli-error.js';
import { parseNatural, parseSeed } from '../options.js';
import { signingCases } from '../signing-cases.js';
import { profileNamed } from '../simulated-card.js';
import { Recorder } from '../visit/recorder.js';
import { runVisit, SCENARIOS } from '../visit/run-visit.js';
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
    .command('bench')
    .description('host time of the on-card signing operations, beside the predicted card time')
    .option('--rounds <n>', 'rounds over all cases', parseNatural, DEFAULT_ROUNDS)
    .option('--seed <n>', 'seed of the order and of the intervals', parseSeed, MODEL_SEED)
    .option('--profile <name>', 'card profile of the predictions', VISIT_PROFILE)
    .option('--json', 'one JSON document instead of text')
    .action(async (options: BenchArguments) => done(await perfBench(options)));
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
