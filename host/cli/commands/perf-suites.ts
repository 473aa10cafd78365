/** `imis perf suites`: the suites of the group signature side by side. */

import type { Command } from 'commander';
import { loadAllProfiles } from '../../../perf/index.js';
import { EXIT, type ExitStatus } from '../cli-error.js';
import { parseNatural, parseSeed } from '../options.js';
import { profileNamed } from '../simulated-card.js';
import { suiteReport } from '../suites/suite-report.js';
import { suiteText } from '../suites/suite-text.js';

const DEFAULT_ROUNDS = 3;

type SuitesOptions = {
  readonly profile?: string;
  readonly rounds: number;
  readonly seed: number;
  readonly json?: true;
};

export function addPerfSuitesCommand(perf: Command, done: (status: ExitStatus) => void): void {
  perf
    .command('suites')
    .description('compare the group-signature suites: bytes, memory, operations, card and host time')
    .option('--profile <name>', 'predict for this card profile only (default: all)')
    .option('--rounds <n>', 'rounds of the host measurement; 0 leaves it out', parseNatural, DEFAULT_ROUNDS)
    .option('--seed <n>', 'seed of keys, order and intervals', parseSeed, 1)
    .option('--json', 'one JSON document instead of text')
    .addHelpText(
      'after',
      `
Bytes, memory, operations and predicted milliseconds are the same in every run; host microseconds are this
machine's. A profile without timing has no data. docs/group-signature-suites.md says what each suite promises.

Examples:
  imis perf suites
  imis perf suites --profile nxp-jcop4-j3r180 --rounds 0 --json`,
    )
    .action(async (options: SuitesOptions) => done(await perfSuites(options)));
}

async function perfSuites({ profile, rounds, seed, json }: SuitesOptions): Promise<ExitStatus> {
  const profiles = profile === undefined ? loadAllProfiles() : [profileNamed(profile)];
  const report = await suiteReport({ profiles, rounds, seed });
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : suiteText(report));
  return EXIT.ok;
}
