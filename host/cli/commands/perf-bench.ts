/** `imis perf bench`: how fast the simulator signs on this machine, and each path carries commands. */

import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import {
  type BenchReport,
  type BenchResult,
  type CardProfile,
  formatBenchReport,
  type Platform,
  runBench,
} from '../../../perf/index.js';
import { CliError, EXIT, type ExitStatus } from '../cli-error.js';
import { parseNatural, parseSeed } from '../options.js';
import { type PathCases, pathCases } from '../path-cases.js';
import { signingCases } from '../signing-cases.js';
import { profileNamed } from '../simulated-card.js';
import { suiteCases } from '../suites/suite-report.js';
import { TARGET_HELP, TARGET_NOTES } from '../target.js';
import { MODEL_SEED, platformOption } from './perf-card.js';
import { VISIT_PROFILE } from './visit.js';

const DEFAULT_ROUNDS = 12;
const HELP = `
Measures in shuffled rounds; the interval is that of the median (95 %). Host time says nothing about a card, the
predicted card time nothing about this machine. With --target, SELECT over each path stands beside SELECT in this process.
${TARGET_NOTES}

Examples:
  imis perf bench --rounds 4
  imis perf bench --target pcsc --json > before.json
  imis perf bench --target pcsc --against before.json
`;

type BenchArguments = {
  readonly rounds: number;
  readonly seed: number;
  readonly profile: string;
  readonly platform: Platform;
  readonly target: readonly string[];
  readonly suites?: true;
  readonly against?: string;
  readonly json?: true;
};

export function addPerfBenchCommand(perf: Command, done: (status: ExitStatus) => void): void {
  perf
    .command('bench')
    .description('host time of the on-card signing operations, beside the predicted card time')
    .option('--rounds <n>', 'rounds over all cases', parseNatural, DEFAULT_ROUNDS)
    .option('--seed <n>', 'seed of the order and of the intervals', parseSeed, MODEL_SEED)
    .option('--profile <name>', 'card profile of the predictions', VISIT_PROFILE)
    .addOption(platformOption())
    .option(
      '--target <target>',
      `also the throughput of a path to a card, may be repeated: ${TARGET_HELP}`,
      (text: string, targets: readonly string[]) => [...targets, text],
      [] as readonly string[],
    )
    .option('--suites', 'also every suite: signing, coupons, verification, batches, opening')
    .option('--against <file>', 'JSON of an earlier run, to be compared with')
    .option('--json', 'one JSON document instead of text')
    .addHelpText('after', HELP)
    .action(async (options: BenchArguments) => done(await perfBench(options)));
}

async function perfBench(options: BenchArguments): Promise<ExitStatus> {
  if (options.rounds < 1) throw new CliError('--rounds is at least 1.');
  const profile = profileNamed(options.profile);
  const before = options.against === undefined ? undefined : earlierResults(options.against);
  const paths = await pathCases(options.target, profile);
  const report = await benchReport(options, profile, paths).finally(() => paths.close());
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  process.stdout.write(
    options.json
      ? `${JSON.stringify(report, null, 2)}\n`
      : formatBenchReport(report, `${profile.title}, ${options.platform}`, before),
  );
  return EXIT.ok;
}

async function benchReport(
  options: BenchArguments,
  profile: CardProfile,
  paths: PathCases,
): Promise<BenchReport> {
  const cases = [
    ...(await signingCases(profile, options.platform)),
    ...paths.cases,
    ...(options.suites ? await suiteCases(options.seed) : []),
  ];
  return runBench(cases, {
    rounds: options.rounds,
    seed: options.seed,
    ...(process.stderr.isTTY
      ? { onProgress: (done, total, name) => process.stderr.write(`\r${done + 1}/${total} ${name}\x1b[K`) }
      : {}),
  });
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
