/** `imis conformance`: run the suite against a card and report. */

import { writeFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import {
  allCases,
  type ConformanceTarget,
  reportToJson,
  reportToJunit,
  reportToLines,
  resultToLine,
  runConformance,
  selectCases,
} from '../../../conformance/index.js';
import { CliError, EXIT, type ExitStatus } from '../cli-error.js';
import { parseSeed } from '../options.js';
import { type CardKindName, profileNamed } from '../simulated-card.js';
import { simulatorTarget } from '../simulator-target.js';

type RunArguments = {
  readonly target: string;
  readonly application: CardKindName | 'both';
  readonly filter?: string;
  readonly seed: number;
  readonly allowDestructive?: true;
  readonly junit?: string;
  readonly json?: string;
};

const DEFAULT_SEED = 1;

export function addConformanceCommand(program: Command, done: (status: ExitStatus) => void): void {
  const conformance = program
    .command('conformance')
    .description('the conformance suite: does a card do what standard and specification say');
  conformance
    .command('list')
    .description('the cases with their clauses')
    .option('--filter <expression>', FILTER_HELP)
    .action((options: { readonly filter?: string }) => done(list(options.filter)));
  conformance
    .command('run')
    .description('run the cases against a card')
    .option('--target <target>', 'sim, or sim:PROFILE for the limits of a named card', 'sim')
    .addOption(
      new Option('--application <name>', 'which of the two cards')
        .choices(['patient', 'professional', 'both'])
        .default('both'),
    )
    .option('--filter <expression>', FILTER_HELP)
    .option('--seed <n>', "seed of the suite's own keys and random values", parseSeed, DEFAULT_SEED)
    .option('--allow-destructive', 'also run cases that spoil a card that can not be made anew')
    .option('--junit <file>', 'write JUnit XML')
    .option('--json <file>', 'write the results as JSON')
    .addHelpText(
      'after',
      `
Exit status: 0 when all selected cases passed, 1 when one failed, 2 for a usage error or an empty
selection, 3 when the target could not be reached.

Examples:
  imis conformance run --target sim
  imis conformance run --target sim:nxp-j2e081 --filter pin,chaining --junit report.xml`,
    )
    .action(async (options: RunArguments) => done(await run(options)));
}

const FILTER_HELP =
  'cases by identifier, part of one, pattern with *, category, or origin:generated; commas between';

function list(filter: string | undefined): ExitStatus {
  const cases = selectCases(allCases(), filter);
  if (cases.length === 0) throw new CliError(`No case is named ${filter}.`);
  for (const { id, title, clause, origin, destructive } of cases) {
    const notes = [
      clause,
      ...(origin === 'generated' ? ['generated'] : []),
      ...(destructive ? ['destructive'] : []),
    ];
    process.stdout.write(`${id} · ${title} (${notes.join('; ')})\n`);
  }
  process.stdout.write(`${cases.length} cases\n`);
  return EXIT.ok;
}

/** @throws {CliError} for a target that this program does not know. */
function targetsOf({ target, application }: RunArguments): readonly ConformanceTarget[] {
  const [, profileName] = /^sim(?::(.+))?$/.exec(target) ?? [];
  if (!/^sim(:.+)?$/.test(target))
    throw new CliError(`There is no target "${target}"; known: sim, sim:PROFILE.`);
  const profile = profileNamed(profileName ?? 'default');
  const applications: readonly CardKindName[] =
    application === 'both' ? ['patient', 'professional'] : [application];
  return applications.map((name) => simulatorTarget(target, name, profile));
}

async function run(options: RunArguments): Promise<ExitStatus> {
  const terminal = process.stdout.isTTY === true;
  const report = await runConformance(targetsOf(options), {
    filter: options.filter,
    seed: options.seed,
    allowDestructive: options.allowDestructive === true,
    clock: () => performance.now(),
    onProgress: ({ done, total, result }) => {
      if (terminal) process.stdout.write(`\r${done}/${total} ${result.case.id}\x1b[K`);
      else process.stdout.write(`${resultToLine(result)}\n`);
    },
  });
  if (terminal) process.stdout.write('\r\x1b[K');
  for (const line of reportToLines(report)) process.stdout.write(`${line}\n`);
  if (options.junit !== undefined) await writeReport(options.junit, reportToJunit(report));
  if (options.json !== undefined)
    await writeReport(options.json, `${JSON.stringify(reportToJson(report), null, 2)}\n`);
  return report.exitStatus;
}

/** @throws {CliError} when the file can not be written. */
async function writeReport(path: string, content: string): Promise<void> {
  await writeFile(path, content).catch(() => {
    throw new CliError(`The report ${path} can not be written; check the path.`);
  });
}
