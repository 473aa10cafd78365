/** `imis conformance run`: targets, the run with its progress, and the reports of it. */

import { setTimeout as delay } from 'node:timers/promises';
import { APPLICATIONS, type SpecificationDocument } from '../../../apdu/index.js';
import {
  type CardSecrets,
  type CardStatement,
  type CaseResult,
  type ConformanceTarget,
  coverageToLines,
  FilterError,
  PersonalisationFailure,
  personaliseTarget,
  type RunProgress,
  type RunReport,
  reportToHtml,
  reportToJson,
  reportToJunit,
  reportToLines,
  resultToLine,
  runConformance,
  StatusCoverage,
  specificationHash,
} from '../../../conformance/index.js';
import { CliError, EXIT, type ExitStatus } from '../cli-error.js';
import { PROGRAM_VERSION } from '../package-root.js';
import type { CardKindName } from '../simulated-card.js';
import { specificationFrom } from '../specification-file.js';
import { TraceFile } from '../trace/trace-file.js';
import { targetsOf, traced } from './case-targets.js';
import { progressLine } from './progress.js';
import { wallClockIso } from './run-clock.js';
import { readReport, readSecrets, readStatement, writeReport } from './run-files.js';

export type RunArguments = {
  readonly target: string;
  readonly spec?: string;
  readonly sweeps?: true;
  readonly application: CardKindName | 'both';
  readonly filter?: string;
  readonly seed: number;
  readonly allowDestructive?: true;
  readonly personalise?: true;
  readonly personalised?: true;
  readonly ics?: string;
  readonly secrets?: string;
  readonly operator?: string;
  readonly resume?: true;
  readonly waitForCard: number;
  readonly answerTimeout: number;
  readonly junit?: string;
  readonly json?: string;
  readonly html?: string;
  readonly pcap?: string;
};

/** The partial report is written this often, milliseconds, so that an interrupted run can be resumed. */
const SAVE_EVERY_MS = 2000;
const POLL_MS = 500;

/** What files say that the options name. */
export type RunInputs = {
  /** The vendor's, if one is given. */
  readonly specification: SpecificationDocument | undefined;
  readonly statement: CardStatement | undefined;
  readonly icsHash: string | undefined;
  readonly secrets: CardSecrets | undefined;
  readonly earlier: readonly CaseResult[] | undefined;
};

/** @throws {CliError} */
export async function readInputs(options: RunArguments): Promise<RunInputs> {
  const ics = options.ics === undefined ? undefined : await readStatement(options.ics);
  const specification = options.spec === undefined ? undefined : await specificationFrom(options.spec);
  return {
    specification,
    statement: ics?.statement,
    icsHash: ics?.hash,
    secrets: options.secrets === undefined ? undefined : await readSecrets(options.secrets),
    earlier: options.resume ? await earlierResults(options, specification) : undefined,
  };
}

export async function run(options: RunArguments): Promise<ExitStatus> {
  const inputs = await readInputs(options);
  const targets = await preparedTargets(options, inputs);
  const trace = options.pcap === undefined ? undefined : new TraceFile(options.pcap);
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once('SIGINT', interrupt);
  const progress = new Progress(options);
  const known = inputs.specification?.applications ?? APPLICATIONS;
  const tested = new Set(targets.map((target) => target.application));
  const coverage = new StatusCoverage(known.filter(({ id }) => tested.has(id)));
  try {
    const report = await runConformance(trace ? traced(targets, trace) : targets, {
      filter: options.filter,
      seed: options.seed,
      allowDestructive: options.allowDestructive === true,
      answerTimeoutMs: options.answerTimeout * 1000,
      clock: () => performance.now(),
      specification: inputs.specification,
      sweeps: options.sweeps === true,
      statement: inputs.statement,
      secrets: inputs.secrets,
      ...(inputs.earlier ? { resume: inputs.earlier } : {}),
      conditions: {
        tool: `imis ${PROGRAM_VERSION}`,
        ...(inputs.icsHash === undefined ? {} : { icsHash: inputs.icsHash }),
        ...(options.operator === undefined ? {} : { operator: options.operator }),
        date: wallClockIso(),
      },
      repeatArguments: repeatArguments(options),
      awaitCard: (target) => awaitCard(target, options.waitForCard, stop.signal),
      signal: stop.signal,
      onExchanges: (_, exchanges) => coverage.note(exchanges),
      onProgress: (step) => progress.step(step),
    });
    progress.end();
    await writeReports(options, report);
    // of some cases only, the coverage would say little
    const covered = options.filter === undefined ? coverageToLines(coverage.rows()) : [];
    for (const line of [...covered, ...reportToLines(report)]) process.stdout.write(`${line}\n`);
    if (!report.complete && options.json !== undefined)
      process.stdout.write('the run is not complete; the same command with --resume goes on\n');
    return report.exitStatus;
  } catch (error) {
    progress.end();
    throw error instanceof FilterError ? new CliError(error.message) : error;
  } finally {
    process.off('SIGINT', interrupt);
    trace?.close();
  }
}

/** @throws {CliError} */
export async function preparedTargets(
  options: Pick<
    RunArguments,
    'target' | 'application' | 'personalise' | 'personalised' | 'allowDestructive' | 'seed'
  >,
  { statement, secrets, specification }: Pick<RunInputs, 'statement' | 'secrets' | 'specification'>,
): Promise<readonly ConformanceTarget[]> {
  const { target, application, personalise, personalised, seed } = options;
  const isOfSuite = personalise || personalised;
  const targets = await targetsOf({
    target,
    application,
    statement,
    specification,
    ...(isOfSuite ? { personalisedWithSeed: seed } : {}),
  });
  if (!personalise) return targets;
  for (const one of targets) {
    if (one.freshCard)
      throw new CliError('--personalise is for the one card of a reader; sim makes its own.');
    await personaliseTarget(one, seed, secrets).catch((error: Error) => {
      if (!(error instanceof PersonalisationFailure)) throw error;
      throw new CliError(
        `The ${one.application} card at ${one.name} can not be personalised (is it blank?): ${error.message}.`,
        EXIT.failed,
      );
    });
  }
  return targets;
}

/** The results that the JSON report of an interrupted run holds. @throws {CliError} when it was another run. */
async function earlierResults(
  { json, target, seed, filter }: RunArguments,
  specification: SpecificationDocument | undefined,
): Promise<readonly CaseResult[]> {
  if (json === undefined)
    throw new CliError('--resume goes with --json FILE, the report of the interrupted run.');
  const report = await readReport(json);
  const same =
    report.seed === seed &&
    report.filter === filter &&
    report.targets.every(({ name }) => name === target) &&
    report.conditions.specificationHash === specificationHash(specification);
  if (!same)
    throw new CliError(
      `${json} is of another run: target, seed, filter and specification must be the same to go on with it.`,
    );
  return report.results;
}

/** Everything but the filter that a failing case needs to be repeated. */
function repeatArguments(options: RunArguments): string {
  const { target, spec, sweeps, seed, ics, secrets, allowDestructive, personalise, personalised } = options;
  return [
    `--target ${quoted(target)}`,
    ...(spec === undefined ? [] : [`--spec ${quoted(spec)}`]),
    ...(sweeps ? ['--sweeps'] : []),
    ...(seed === 1 ? [] : [`--seed ${seed}`]),
    ...(ics === undefined ? [] : [`--ics ${quoted(ics)}`]),
    ...(secrets === undefined ? [] : [`--secrets ${quoted(secrets)}`]),
    ...(allowDestructive ? ['--allow-destructive'] : []),
    ...(personalise || personalised ? ['--personalised'] : []),
  ].join(' ');
}

function quoted(text: string): string {
  return /^[\w:.,=/@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Waits until the card is back. */
async function awaitCard(target: ConformanceTarget, seconds: number, signal: AbortSignal): Promise<boolean> {
  if (seconds > 0)
    process.stderr.write(`\nThe card of ${target.name} is gone: put it back within ${seconds} s.\n`);
  const attempts = Math.max(1, Math.ceil((seconds * 1000) / POLL_MS));
  for (let attempt = 0; attempt < attempts && !signal.aborted; attempt++) {
    const connection = await target.connect().catch(() => undefined);
    if (connection) {
      await connection.close().catch(() => undefined);
      return true;
    }
    await delay(POLL_MS);
  }
  return false;
}

async function writeReports({ junit, json, html }: RunArguments, report: RunReport): Promise<void> {
  if (junit !== undefined) await writeReport(junit, reportToJunit(report));
  if (json !== undefined) await writeReport(json, jsonText(report));
  if (html !== undefined) await writeReport(html, reportToHtml(report));
}

function jsonText(report: RunReport): string {
  return `${JSON.stringify(reportToJson(report), null, 2)}\n`;
}

/** One line a case in a pipe, one line altogether on a terminal; the JSON report is kept up to date. */
class Progress {
  private readonly terminal = process.stdout.isTTY === true;
  private readonly start = performance.now();
  private failed = 0;
  private savedAt = this.start;
  private saving: Promise<void> = Promise.resolve();

  constructor(private readonly options: RunArguments) {}

  step(progress: RunProgress): void {
    const { result } = progress;
    const now = performance.now();
    if (result.verdict === 'failed') this.failed++;
    if (this.terminal) {
      const columns = process.stdout.columns || 80;
      process.stdout.write(`\r${progressLine(progress, this.failed, now - this.start, columns)}\x1b[K`);
    } else process.stdout.write(`${resultToLine(result)}\n`);
    const { json } = this.options;
    if (json === undefined || now - this.savedAt < SAVE_EVERY_MS) return;
    this.savedAt = now;
    const text = jsonText(progress.report());
    this.saving = this.saving.then(() => writeReport(json, text)).catch(() => undefined);
  }

  end(): void {
    if (this.terminal) process.stdout.write('\r\x1b[K');
  }
}
