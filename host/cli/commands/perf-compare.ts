/** `imis perf compare`: two profiles, two suites, or the model units of two commits side by side. */

import { existsSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { GROUP_SUITES, type GroupSuiteName } from '../../../apdu/index.js';
import {
  type CardReport,
  COST_PARTS,
  formatMovedUnits,
  formatTable,
  ModelUnitsError,
  movedUnits,
  type Platform,
  parseModelUnits,
  reportCard,
} from '../../../perf/index.js';
import { CliError, EXIT, type ExitStatus } from '../cli-error.js';
import { profiledRun } from '../profiling/profiled-run.js';
import { profileNamed } from '../simulated-card.js';
import { MODEL_SEED, platformOption } from './perf-card.js';
import { DEFAULT_INPUT, VISIT_PROFILE, visitInputFrom } from './visit.js';

export function addPerfCompareCommand(perf: Command, done: (status: ExitStatus) => void): void {
  perf
    .command('compare <a> <b>')
    .description('what a visit costs on two profiles or with two suites, or what moved between two baselines')
    .addOption(platformOption())
    .option('--json', 'one JSON document instead of text')
    .addHelpText(
      'after',
      `
A and B are both profiles, both suites (${Object.keys(GROUP_SUITES).join(', ')}), or both files of model units
(perf/baseline/outpatient.json of two commits: git show COMMIT:perf/baseline/outpatient.json > a.json).

Examples:
  imis perf compare nxp-jcop4-j3r180 nxp-j2e081 --platform native
  imis perf compare ps-g1-bls12381 bbs-bls12381
  imis perf compare before.json perf/baseline/outpatient.json`,
    )
    .action(async (a: string, b: string, options: CompareOptions) => done(await perfCompare(a, b, options)));
}

type CompareOptions = { readonly platform: Platform; readonly json?: true };

async function perfCompare(a: string, b: string, options: CompareOptions): Promise<ExitStatus> {
  if (isUnitsFile(a) && isUnitsFile(b)) {
    const moved = movedUnits(unitsFrom(a), unitsFrom(b));
    const text = formatMovedUnits(moved) || 'Nothing moved.\n';
    process.stdout.write(options.json ? `${JSON.stringify(moved, null, 2)}\n` : text);
    return EXIT.ok;
  }
  const [first, second] =
    isSuite(a) && isSuite(b) ? await bySuite(a, b, options) : await byProfile(a, b, options);
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ a: withoutCommands(first!), b: withoutCommands(second!) }, null, 2)}\n`
      : comparisonText(a, first!, b, second!),
  );
  return EXIT.ok;
}

/** The same run, priced on both cards. */
async function byProfile(a: string, b: string, options: CompareOptions): Promise<readonly CardReport[]> {
  const profiles = [profileNamed(a), profileNamed(b)];
  const input = await visitInputFrom(DEFAULT_INPUT);
  const profile = profileNamed(VISIT_PROFILE);
  const run = await profiledRun({ input, scenario: 'outpatient', profile, seed: MODEL_SEED });
  return profiles.map((each) => reportCard(each, run.commands, options));
}

async function bySuite(a: GroupSuiteName, b: GroupSuiteName, options: CompareOptions) {
  const profile = profileNamed(VISIT_PROFILE);
  const input = await visitInputFrom(DEFAULT_INPUT);
  const reports: CardReport[] = [];
  for (const suite of [a, b]) {
    const run = await profiledRun({ input, scenario: 'outpatient', profile, seed: MODEL_SEED, suite });
    if (run.refusal) throw new CliError(`${suite}: ${run.refusal}`, EXIT.failed);
    reports.push(reportCard(profile, run.commands, options));
  }
  return reports;
}

function comparisonText(a: string, first: CardReport, b: string, second: CardReport): string {
  const columns = [
    { title: 'what', align: 'left' },
    ...[a, b, 'change'].map((title) => ({ title, align: 'right' }) as const),
  ] as const;
  const rows = [
    ...first.phases.map(({ phase, ms }) => [
      phase,
      ...sideBySide(ms, second.phases.find((each) => each.phase === phase)?.ms ?? null),
    ]),
    ...COST_PARTS.map((part) => [
      `all: ${part}`,
      ...sideBySide(first.total.parts[part], second.total.parts[part]),
    ]),
    ['all', ...sideBySide(first.total.ms, second.total.ms)],
  ];
  const missing = [...new Set([...first.total.missing, ...second.total.missing])];
  return [
    `Predicted card ms of the outpatient scenario, ${first.platform}`,
    formatTable(columns, rows),
    ...(missing.length > 0 ? [`No data for: ${missing.join('; ')}`] : []),
    '',
  ].join('\n');
}

function sideBySide(first: number | null, second: number | null): readonly string[] {
  const show = (ms: number | null) => (ms === null ? 'no data' : ms.toFixed(1));
  const change = first && second !== null ? `${(((second - first) / first) * 100).toFixed(0)} %` : '';
  return [show(first), show(second), change];
}

function withoutCommands({ commands, ...report }: CardReport): Omit<CardReport, 'commands'> {
  return report;
}

function isSuite(name: string): name is GroupSuiteName {
  return Object.hasOwn(GROUP_SUITES, name);
}

function isUnitsFile(name: string): boolean {
  return existsSync(name) && readFileSync(name, 'utf8').includes('imis-model-units');
}

function unitsFrom(path: string) {
  try {
    return parseModelUnits(readFileSync(path, 'utf8'), path);
  } catch (error) {
    if (error instanceof ModelUnitsError) throw new CliError(error.message);
    throw error;
  }
}
