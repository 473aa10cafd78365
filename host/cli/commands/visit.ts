/** `imis visit`: the paper's flow on simulated cards, with trace and figures. */

import { join, relative } from 'node:path';
import { type Command, Option } from 'commander';
import { GROUP_SUITES, type GroupSuiteName, JOIN_MODE, type JoinMode } from '../../../apdu/index.js';
import { DEFAULT_SUITE, readVisitInputFile, type VisitInput } from '../../index.js';
import { CliError, EXIT, type ExitStatus } from '../cli-error.js';
import { parseSeed } from '../options.js';
import { PACKAGE_ROOT } from '../package-root.js';
import { SessionRecorder } from '../replay/session-recorder.js';
import { writeSession } from '../replay/session-store.js';
import { CARD_KINDS, profileNamed } from '../simulated-card.js';
import { TARGET_NOTES } from '../target.js';
import { countingClock } from '../trace/trace-clock.js';
import { TRACE_FILE_HELP, TRACE_SECRETS_HELP, type TraceFile, traceFileOf } from '../trace/trace-file.js';
import { parsePlaced, withCardsInReaders } from '../visit/cards-in-readers.js';
import { Recorder, type RunListener } from '../visit/recorder.js';
import { cardKindOf, runVisit, SCENARIOS } from '../visit/run-visit.js';
import { type VisitDocument, visitDocument } from '../visit/visit-document.js';
import { allText, figuresText, phaseText, scenarioText, summaryText } from '../visit/visit-text.js';

/** The profile of the figures unless another one is named: a measured card. */
export const VISIT_PROFILE = 'nxp-jcop4-j3r180';
/** The input of a visit unless another one is named. */
export const DEFAULT_INPUT = join(PACKAGE_ROOT, 'examples', 'acute-bronchitis.json');

/** The option --input; its help names the default within the package and no path of this machine. */
export function inputOption(description: string): Option {
  return new Option('--input <file>', description).default(
    DEFAULT_INPUT,
    relative(PACKAGE_ROOT, DEFAULT_INPUT),
  );
}

/** The option --suite: what doctors sign with. */
export function suiteOption(): Option {
  return new Option('--suite <name>', "suite of the doctors' group signatures")
    .choices(Object.keys(GROUP_SUITES))
    .default(DEFAULT_SUITE);
}

/** The option --join: who makes a doctor's member key. */
function joinOption(): Option {
  return new Option(
    '--join <mode>',
    "two-party: a doctor's member key is made on the card; issuer-made: NHI makes it and could sign in the doctor's name",
  )
    .choices(Object.keys(JOIN_MODE))
    .default('two-party' satisfies JoinMode);
}

type Options = {
  readonly scenario: string;
  readonly input: string;
  readonly seed?: number;
  readonly profile: string;
  readonly suite: GroupSuiteName;
  readonly join: JoinMode;
  readonly json?: true;
  readonly trace: string;
  readonly record?: string;
  readonly traceFile?: string;
  readonly traceSecrets?: true;
  readonly target: readonly string[];
};

export function addVisitCommand(program: Command, done: (status: ExitStatus) => void): void {
  program
    .command('visit')
    .description(
      'the whole medical system on simulated cards: register, treat, prescribe, collect, claim, dispute',
    )
    .option(
      '--scenario <name>',
      `what happens: ${Object.keys(SCENARIOS).join(', ')}, or ${ALL}`,
      'outpatient',
    )
    .addOption(inputOption('FHIR Parameters with the persons and the visit'))
    .option('--seed <n>', 'make every random number follow from this one; the run can be repeated', parseSeed)
    .option(
      '--profile <name>',
      'card profile: limits that the cards enforce and measured times',
      VISIT_PROFILE,
    )
    .addOption(suiteOption())
    .addOption(joinOption())
    .option('--json', 'one JSON document (docs/visit.schema.json) instead of text')
    .option('--trace <form>', 'decoded APDU trace: text or none', 'text')
    .option('--trace-file <file>', TRACE_FILE_HELP)
    .option('--trace-secrets', TRACE_SECRETS_HELP)
    .option(
      '--target <holder=target>',
      'whose card is in which reader, may be repeated; the cards of all others are simulated',
      (text: string, targets: readonly string[]) => [...targets, text],
      [] as readonly string[],
    )
    .option('--record <file>', 'write the session for imis card replay; it holds secrets of the cards')
    .addHelpText(
      'after',
      `
Cards in readers (--target patient=pcsc:READER and so on; holders: patient, doctor, pharmacy, with the scenario "agent" also
agent and desk) must be blank cards of the test batch, which the visit personalises for good. A simulated one, served
from another terminal into pcscd's virtual reader: imis card serve --state blank [--card professional]
${TARGET_NOTES}

Exit status: 0 when every phase was ok, 1 when one was refused, 2 for a wrong option or input, 3 when a card in a reader
could not be reached.

Examples:
  imis visit                                      the default input, with trace
  imis visit --trace none                         phases and figures only
  imis visit --suite bbs-bn254 --trace none       with another group signature
  imis visit --join issuer-made --trace none      the paper's literal form of equation 4
  imis visit --scenario all                       every scenario, one line each
  imis visit --scenario agent                     somebody else collects, with a warrant of their own
  imis visit --scenario registration              at the registration machine, with a ticket
  imis visit --scenario insurance                 a claim at a private insurer, paid once
  imis visit --scenario emergency                 found by a fingerprint among 50 people
  imis visit --scenario reimbursement             the pharmacy's subsidy
  imis visit --scenario dispute                   NHI opens a signature, a judge checks it
  imis visit --scenario offline                   a clinic and a pharmacy without a line
  imis visit --scenario renewal                   at NHI's desk: renewed, unblocked, lost and found, ended
  imis visit --scenario epoch                     every doctor's card renewed, one doctor revoked
  imis visit --target patient=pcsc --trace none   the patient's card in the first PC/SC reader
  imis visit --input examples/diabetes-follow-up.json --seed 7 --json`,
    )
    .action(async (options: Options) => done(await visit(options)));
}

/** The name that stands for every scenario. */
const ALL = 'all';

/** Every scenario on cards and services of its own: one line each, or one document each. */
async function everyScenario(options: Options): Promise<ExitStatus> {
  if (options.record) throw new CliError('--record takes one scenario, not all.');
  if (options.target.length > 0) throw new CliError('--target takes one scenario, not all.');
  const profile = profileNamed(options.profile);
  const input = await visitInputFrom(options.input);
  const documents: VisitDocument[] = [];
  for (const scenario of Object.keys(SCENARIOS)) {
    const run = { input, scenario, profile, suite: options.suite, seed: options.seed ?? null };
    const recorder = new Recorder();
    await runVisit(run, recorder);
    const document = visitDocument(run, recorder.phases);
    documents.push(document);
    if (!options.json) process.stdout.write(`${scenarioText(document)}\n`);
  }
  process.stdout.write(
    options.json ? `${JSON.stringify(documents, null, 2)}\n` : `\n${allText(documents)}\n`,
  );
  const complete = documents.every(({ phases }) => phases.every(({ outcome }) => outcome === 'ok'));
  return complete ? EXIT.ok : EXIT.failed;
}

/** The visit input of a file. @throws {CliError} with the one sentence of what is wrong. */
export async function visitInputFrom(path: string): Promise<VisitInput> {
  const read = await readVisitInputFile(path);
  if (!read.ok) throw new CliError(read.failure.sentence);
  return read.value;
}

async function visit(options: Options): Promise<ExitStatus> {
  if (options.scenario === ALL) return everyScenario(options);
  if (!Object.hasOwn(SCENARIOS, options.scenario)) {
    throw new CliError(
      `There is no scenario "${options.scenario}"; known: ${Object.keys(SCENARIOS).join(', ')}, ${ALL}.`,
    );
  }
  if (options.trace !== 'text' && options.trace !== 'none') {
    throw new CliError(`--trace is text or none, not "${options.trace}".`);
  }
  const placed = parsePlaced(options.target, options.scenario);
  if (placed.length > 0 && options.record) {
    throw new CliError(
      '--record takes simulated cards; what a card in a reader does inside can not be recorded.',
    );
  }
  if (placed.length > 0 && options.seed !== undefined) {
    throw new CliError(
      '--seed repeats runs on simulated cards; a card in a reader draws random numbers of its own.',
    );
  }
  const profile = profileNamed(options.profile);
  const input = await visitInputFrom(options.input);
  const { suite, join: joinMode } = options;
  const run = { input, scenario: options.scenario, profile, suite, joinMode, seed: options.seed ?? null };
  const session = new SessionRecorder(profile.id, run.seed !== null);
  const trace = traceFileOf(options, run.seed === null ? undefined : countingClock());
  const recorder = new Recorder(
    listenerFor(options),
    ...(options.record ? [session.listener] : []),
    ...(trace ? [traceListener(trace)] : []),
  );
  try {
    await withCardsInReaders(placed, (inReaders) => runVisit({ ...run, inReaders }, recorder));
  } finally {
    trace?.close();
  }
  if (options.record) await writeSession(options.record, session.session());
  const document = visitDocument(run, recorder.phases);
  if (options.json) process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  else process.stdout.write(`\n${figuresText(document)}\n${summaryText(document)}\n`);
  return document.phases.every((phase) => phase.outcome === 'ok') ? EXIT.ok : EXIT.failed;
}

/** Text as it happens; for JSON progress goes to the terminal only, and nowhere in a pipe. */
function listenerFor(options: Options): RunListener {
  if (!options.json) {
    return { ended: (phase) => process.stdout.write(`${phaseText(phase, options.trace === 'text')}\n`) };
  }
  return process.stderr.isTTY ? { started: (name) => process.stderr.write(`${name} …\n`) } : {};
}

/** Writes a run into a trace file. */
function traceListener(trace: TraceFile): RunListener {
  return {
    inserted: (holder) => trace.reset(holder, CARD_KINDS[cardKindOf(holder)].atr),
    connected: (holder, atr) => trace.reset(holder, atr),
    reset: (holder, answer) => trace.reset(holder, answer),
    sent: (holder, command) => trace.sent(holder, command),
    exchanged: (holder, _, response) => trace.received(holder, response),
  };
}
