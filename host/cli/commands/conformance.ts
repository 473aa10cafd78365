/** `imis conformance`: run the suite against a card and report. */

import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  allCases,
  type ConformanceCase,
  declarationCases,
  FILTER_GRAMMAR,
  FilterError,
  secretsTemplate,
  selectCases,
  statementTemplate,
} from '../../../conformance/index.js';
import { CliError, EXIT, type ExitStatus } from '../cli-error.js';
import { type DiffArguments, diff } from '../conformance/diff-command.js';
import { type RunArguments, run } from '../conformance/run-command.js';
import { parseSeed } from '../options.js';
import { specificationFrom } from '../specification-file.js';
import { TARGET_HELP, TARGET_NOTES } from '../target.js';

const DEFAULT_SEED = 1;
const OWNER_ONLY = 0o600;

const FILTER_HELP = 'which cases, an expression: pin and not destructive:yes (see below)';

const EXIT_NOTES = `
Exit status: 0 when all selected cases passed (those that are not applicable aside), 1 when one failed or none
could be judged, 2 for a usage error or an empty selection, 3 when the target could not be reached.`;

export function addConformanceCommand(program: Command, done: (status: ExitStatus) => void): void {
  const conformance = program
    .command('conformance')
    .description('the conformance suite: does a card do what standard and specification say');
  conformance
    .command('list')
    .description('the cases with their clauses')
    .option('--spec <file>', "the cases for a vendor's specification (JSON)")
    .option('--filter <expression>', FILTER_HELP)
    .addHelpText('after', `\n${FILTER_GRAMMAR}`)
    .action(async (options: ListArguments) => done(await list(options)));
  addRun(conformance, done);
  addDiff(conformance, done);
  conformance
    .command('init')
    .description(
      'write templates of a statement (ics.json) and of secrets (secrets.json, for the owner only)',
    )
    .argument('[folder]', 'where', '.')
    .action(async (folder: string) => done(await init(folder)));
}

function addRun(conformance: Command, done: (status: ExitStatus) => void): void {
  withSelection(conformance.command('run').description('run the cases against a card'))
    .option('--target <target>', TARGET_HELP, 'sim')
    .option('--spec <file>', "a vendor's specification (JSON): the cases are generated from it")
    .option('--sweeps', 'also the boundary cases: every value of P1 and P2')
    .option('--allow-destructive', 'also run cases that spoil a card that can not be made anew')
    .option(
      '--personalise',
      'first make the one blank card of a reader a card of this suite; there is no way back',
    )
    .option('--personalised', 'the card was made one by --personalise before, with the same --seed')
    .option('--ics <file>', 'what the card claims (JSON): other features are not applicable')
    .option(
      '--secrets <file>',
      'PINs and keys of a card personalised elsewhere (JSON, mode 0600); in no report',
    )
    .option('--operator <name>', 'who runs this, for the report')
    .option('--junit <file>', 'write JUnit XML')
    .option('--json <file>', 'write the results as JSON, also while the run is under way')
    .option('--html <file>', 'write one HTML page with everything')
    .option('--pcap <file>', 'write the APDUs, secrets as zeros, for Wireshark (.pcapng)')
    .option('--resume', 'go on with the run whose report is at --json')
    .addOption(
      new Option('--wait-for-card <seconds>', 'how long a card that was pulled out may stay out')
        .default(60)
        .argParser(parseSeconds),
    )
    .addOption(
      new Option('--answer-timeout <seconds>', 'a card that answers later is mute')
        .default(20)
        .argParser(parseSeconds),
    )
    .addHelpText(
      'after',
      `
${FILTER_GRAMMAR}
${TARGET_NOTES}
Cases of the answer to reset, PPS, T=0 and T=1 need the characters of the line: sim and serial have them.
The last try of a PIN is never spent without --allow-destructive: each retry counter is read first.
${EXIT_NOTES}

Examples:
  imis conformance run --target sim --html report.html
  imis conformance run --target sim:nxp-j2e081 --filter 'pin or chaining' --junit report.xml
  imis conformance run --target pcsc:Gemalto --ics ics.json --secrets secrets.json --json report.json
  imis conformance run --target serial:/dev/ttyUSB0,t1 --personalise --json report.json`,
    )
    .action(async (options: RunArguments) => done(await run(options)));
}

function addDiff(conformance: Command, done: (status: ExitStatus) => void): void {
  withSelection(
    conformance.command('diff').description('run the same cases on two cards: where each case first differs'),
  )
    .requiredOption('--target <target>', `twice: ${TARGET_HELP}`, collect, [])
    .option('--personalised', 'the cards of readers were made by run --personalise, with the same --seed')
    .option('--json <file>', 'write the differences as JSON')
    .addHelpText(
      'after',
      `
Commands, status words and lengths of answers are compared, not the data: two cards draw different keys.

${FILTER_GRAMMAR}
${TARGET_NOTES}

Exit status: 0 when no case differed, 1 when one did, 2 for a usage error, 3 when a target could not be reached.

Example:
  imis conformance diff --target sim --target sim:nxp-j2e081 --filter 'pin or record'`,
    )
    .action(async (options: DiffArguments) => done(await diff(options)));
}

function withSelection(command: Command): Command {
  return command
    .addOption(
      new Option('--application <name>', 'which of the two cards')
        .choices(['patient', 'professional', 'both'])
        .default('both'),
    )
    .option('--filter <expression>', FILTER_HELP)
    .option('--seed <n>', "seed of the suite's own keys and random values", parseSeed, DEFAULT_SEED);
}

const collect = (text: string, before: readonly string[]): readonly string[] => [...before, text];

function parseSeconds(text: string): number {
  const value = Number(text);
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError('Seconds from 0 to 99999 are expected.');
  return value;
}

type ListArguments = { readonly filter?: string; readonly spec?: string };

async function list({ filter, spec }: ListArguments): Promise<ExitStatus> {
  const cases = selected(await casesOf(spec), filter);
  if (cases.length === 0) throw new CliError(`No case is named ${filter}.`);
  for (const { id, title, clause, origin, destructive, line } of cases) {
    const notes = [
      clause,
      ...(origin === 'generated' ? ['generated'] : []),
      ...(line === undefined ? [] : ['needs the line']),
      ...(destructive ? ['destructive'] : []),
    ];
    process.stdout.write(`${id} · ${title} (${notes.join('; ')})\n`);
  }
  const clauses = new Set(cases.map(({ clause }) => clause)).size;
  const generated = cases.filter(({ origin }) => origin === 'generated').length;
  process.stdout.write(
    `${cases.length} cases by ${clauses} clauses, ${generated} of them generated; a run says which status words it saw\n`,
  );
  return EXIT.ok;
}

/** The cases of the suite, or those generated from a vendor's specification. @throws {CliError} */
async function casesOf(spec: string | undefined): Promise<readonly ConformanceCase[]> {
  return spec === undefined
    ? allCases()
    : (await specificationFrom(spec)).applications.flatMap(declarationCases);
}

function selected(cases: readonly ConformanceCase[], filter: string | undefined) {
  try {
    return selectCases(cases, filter);
  } catch (error) {
    throw error instanceof FilterError ? new CliError(error.message) : error;
  }
}

async function init(folder: string): Promise<ExitStatus> {
  const files = [
    { path: join(folder, 'ics.json'), text: statementTemplate(), mode: 0o644, what: 'what the card claims' },
    { path: join(folder, 'secrets.json'), text: secretsTemplate(), mode: OWNER_ONLY, what: 'its secrets' },
  ];
  const there = files.find(({ path }) => existsSync(path));
  if (there) throw new CliError(`${there.path} is there already; it is not written over.`);
  for (const { path, text, mode, what } of files) {
    await writeFile(path, text, { flag: 'wx', mode }).catch(() => {
      throw new CliError(`The file ${path} can not be written; check the path.`);
    });
    process.stdout.write(`${path}: ${what}; leave out what does not apply\n`);
  }
  return EXIT.ok;
}
