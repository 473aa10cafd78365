/** Runs cases against targets. Nothing that a card does ends the run: everything becomes a verdict. */

import {
  APPLICATIONS,
  type ApplicationSpec,
  type DecodedExchange,
  statusesOf,
  toHex,
  uintToBytes,
} from '../apdu/index.js';
import type { ConformanceCase } from './case.js';
import { allCases } from './catalogue.js';
import { CheckFailure } from './checks.js';
import { decodeEvents } from './failure-trace.js';
import { Fixtures, PersonalisationFailure } from './fixtures.js';
import { TestIssuer } from './issuer/test-issuer.js';
import type {
  CaseFailure,
  CaseMetadata,
  CaseResult,
  ExitStatus,
  RunReport,
  TargetReport,
  UndeclaredStatus,
} from './result.js';
import { selectCases } from './select-cases.js';
import type { ConformanceTarget } from './target.js';
import type { CardEvent, TestCard } from './test-card.js';

/** Seed of a run when none is given. */
export const DEFAULT_SEED = 1;
const DEFAULT_ANSWER_TIMEOUT_MS = 20_000;

/** How far a run is, after each case. */
export type RunProgress = { readonly done: number; readonly total: number; readonly result: CaseResult };

export type RunOptions = {
  /** Specifications of applications that are not this project's, for targets that hold them. */
  readonly applications?: readonly ApplicationSpec[];
  /** All cases of the suite by default. */
  readonly cases?: readonly ConformanceCase[];
  /** As for {@link selectCases}. */
  readonly filter?: string | undefined;
  /** Run destructive cases also where the card can not be made anew. */
  readonly allowDestructive?: boolean;
  /** Keys and random values of the suite's own side. */
  readonly seed?: number;
  /** Longest wait for one answer, milliseconds. */
  readonly answerTimeoutMs?: number;
  /** Milliseconds from any origin. */
  readonly clock?: () => number;
  readonly onProgress?: (progress: RunProgress) => void;
};

/** Runs the selected cases of each target in order. Never rejects for what a card does. */
export async function runConformance(
  targets: readonly ConformanceTarget[],
  options: RunOptions = {},
): Promise<RunReport> {
  const seed = options.seed ?? DEFAULT_SEED;
  const selected = selectCases(options.cases ?? allCases(), options.filter);
  const plan = targets.map((target) => ({
    target,
    cases: selected.filter((one) => one.applications.includes(target.application)),
  }));
  const total = plan.reduce((sum, { cases }) => sum + cases.length, 0);
  const results: CaseResult[] = [];
  const reports: TargetReport[] = [];
  const undeclared = new Map<string, UndeclaredStatus>();
  for (const { target, cases } of plan) {
    if (cases.length === 0) continue;
    const report = await probe(target);
    reports.push(report);
    if (report.unreachable !== undefined) continue;
    const run = new TargetRun(target, seed, options, undeclared);
    for (const one of cases) {
      const result = await run.verdictOf(one);
      results.push(result);
      options.onProgress?.({ done: results.length, total, result });
    }
  }
  const count = (verdict: CaseResult['verdict']) => results.filter((r) => r.verdict === verdict).length;
  const summary = { passed: count('passed'), failed: count('failed'), skipped: count('skipped') };
  const lost = reports.some((report) => report.unreachable !== undefined);
  return {
    seed,
    ...(options.filter === undefined ? {} : { filter: options.filter }),
    targets: reports,
    results,
    summary,
    undeclaredStatus: [...undeclared.values()],
    exitStatus: exitStatusOf(total, lost, summary.failed),
  };
}

/**
 * Makes the one blank card of a target an operational card of the suite, for runs with the same seed
 * in {@link ConformanceTarget.personalisedWithSeed}. There is no way back.
 * @throws {PersonalisationFailure} when the card refuses a step.
 */
export async function personaliseTarget(target: ConformanceTarget, seed = DEFAULT_SEED): Promise<void> {
  const spec = specOf(target);
  const fixtures = new Fixtures(target, spec, new TestIssuer(seed), DEFAULT_ANSWER_TIMEOUT_MS);
  await fixtures.personalise(target);
}

function specOf(
  { application: id }: ConformanceTarget,
  applications: readonly ApplicationSpec[] = [],
): ApplicationSpec {
  return [...applications, ...APPLICATIONS].find((application) => application.id === id)!;
}

function exitStatusOf(total: number, lost: boolean, failed: number): ExitStatus {
  if (total === 0) return 2;
  if (lost) return 3;
  return failed > 0 ? 1 : 0;
}

/** Whether there is a card at all. */
async function probe(target: ConformanceTarget): Promise<TargetReport> {
  const { name, kind, application } = target;
  try {
    const connection = await target.connect();
    const atr = toHex(connection.atr);
    await connection.close();
    return { name, kind, application, atr };
  } catch (error) {
    return { name, kind, application, unreachable: messageOf(error) };
  }
}

class TargetRun {
  private readonly spec: ApplicationSpec;
  private readonly fixtures: Fixtures;
  private readonly clock: () => number;

  constructor(
    private readonly target: ConformanceTarget,
    seed: number,
    private readonly options: RunOptions,
    private readonly undeclared: Map<string, UndeclaredStatus>,
  ) {
    this.spec = specOf(target, options.applications);
    const issuer = new TestIssuer(target.personalisedWithSeed ?? seed);
    const timeout = options.answerTimeoutMs ?? DEFAULT_ANSWER_TIMEOUT_MS;
    this.fixtures = new Fixtures(target, this.spec, issuer, timeout);
    this.clock = options.clock ?? (() => performance.now());
  }

  async verdictOf(one: ConformanceCase): Promise<CaseResult> {
    const { run: _, ...metadata } = one;
    const { name, application } = this.target;
    const start = this.clock();
    const skip = this.reasonToSkip(one);
    const failure = skip === undefined ? await this.failureOf(one) : undefined;
    const result = { case: metadata, target: name, application, durationMs: this.clock() - start };
    if (skip !== undefined) return { ...result, verdict: 'skipped', reason: skip };
    return failure ? { ...result, verdict: 'failed', failure } : { ...result, verdict: 'passed' };
  }

  private reasonToSkip(one: ConformanceCase): string | undefined {
    const lacking = one.features.filter((feature) => this.target.lacks?.includes(feature));
    if (lacking.length > 0) return `this card does not claim: ${lacking.join(', ')}`;
    const missing = this.fixtures.missing(one.fixture);
    if (missing !== undefined) return missing;
    const spared = one.destructive && !this.target.freshCard && !this.options.allowDestructive;
    return spared ? `destructive, not allowed: ${one.reason}` : undefined;
  }

  private async failureOf(one: ConformanceCase): Promise<CaseFailure | undefined> {
    let card: TestCard | undefined;
    let failure: CaseFailure | undefined;
    try {
      card = await this.fixtures.testCard(one);
      if (one.line) await (await card.openLine()).enter(one.line);
      else await card.open().then(() => card?.select());
      await one.run(card);
    } catch (error) {
      failure = this.describe(one, error, card?.events ?? []);
    }
    if (card) {
      this.noteUndeclared(one, decodeEvents(this.spec, card.events));
      await card.close().catch(() => undefined);
      await this.fixtures.restore().catch(() => undefined);
    }
    return failure;
  }

  private describe(one: ConformanceCase, error: unknown, events: readonly CardEvent[]): CaseFailure {
    const seen = error instanceof PersonalisationFailure ? error.events : events;
    const cause = error instanceof PersonalisationFailure ? error.cause : error;
    const check = cause instanceof CheckFailure ? cause : undefined;
    return {
      reason: messageOf(error),
      ...(check ? { expected: check.expected, actual: check.actual } : {}),
      exchanges: decodeEvents(this.spec, seen),
      repeat: `imis conformance run --target ${this.target.name} --filter ${one.id}`,
    };
  }

  private noteUndeclared(one: CaseMetadata, exchanges: readonly DecodedExchange[]): void {
    for (const { id, sw } of exchanges) {
      const command = id === undefined ? undefined : this.spec.commands[id];
      if (!command || sw === undefined) continue;
      if (statusesOf(command, this.spec).some(({ status }) => (sw & status.mask) === status.sw)) continue;
      const text = toHex(uintToBytes(sw, 2)).toUpperCase();
      const key = `${this.spec.id} ${command.id} ${text}`;
      if (this.undeclared.has(key)) continue;
      const { application } = this.target;
      this.undeclared.set(key, { application, command: command.name, sw: text, caseId: one.id });
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
