/** Runs cases against targets. Nothing that a card does ends the run: everything becomes a verdict. */

import { createHash } from 'node:crypto';
import {
  APPLICATIONS,
  type ApplicationSpec,
  type DecodedExchange,
  renderSpecification,
  type SpecificationDocument,
  toHex,
} from '../apdu/index.js';
import type { CardConnection } from '../reader-drivers/index.js';
import type { ConformanceCase } from './case.js';
import { allCases } from './catalogue.js';
import { selectCases } from './filter.js';
import { Fixtures } from './fixtures.js';
import { declarationCases } from './generated/declaration.js';
import { type CardStatement, isIsoSubset } from './ics.js';
import { TestIssuer } from './issuer/test-issuer.js';
import type {
  CaseResult,
  ExitStatus,
  RunConditions,
  RunReport,
  TargetReport,
  UndeclaredStatus,
} from './result.js';
import type { CardSecrets } from './secrets.js';
import type { ConformanceTarget } from './target.js';
import { messageOf, TargetRun } from './target-run.js';

/** Seed of a run when none is given. */
export const DEFAULT_SEED = 1;
export const DEFAULT_ANSWER_TIMEOUT_MS = 20_000;

/** How far a run is, after each case. */
export type RunProgress = {
  readonly done: number;
  readonly total: number;
  readonly result: CaseResult;
  /** The report as it would be if the run ended here. */
  readonly report: () => RunReport;
};

export type RunOptions = {
  /** A vendor's specification, for targets that hold its applications; the cases are generated from it. */
  readonly specification?: SpecificationDocument | undefined;
  /** Also the boundary cases; a filter that names them is enough. */
  readonly sweeps?: boolean;
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
  /** Every exchange of a case that was run, decoded, before its result is told. */
  readonly onExchanges?: (one: ConformanceCase, exchanges: readonly DecodedExchange[]) => void;
  /** What the card claims: cases for other features are not applicable. */
  readonly statement?: CardStatement | undefined;
  /** Of a card that this suite did not personalise. They are in no report. */
  readonly secrets?: CardSecrets | undefined;
  /** For the report. */
  readonly conditions?: Omit<RunConditions, 'specificationHash'>;
  /** Earlier results that are taken over: those cases are not run again. */
  readonly resume?: readonly CaseResult[];
  /** Ends the run after the case under way. */
  readonly signal?: AbortSignal;
  /** A card went away: waits until one is back, and says whether. By default one attempt is made at once. */
  readonly awaitCard?: ((target: ConformanceTarget) => Promise<boolean>) | undefined;
  /** What a failure's command line has besides `--filter`; by default the target's name. */
  readonly repeatArguments?: string | undefined;
};

/** Runs the selected cases of each target in order. Never rejects for what a card does. @throws {FilterError} */
export async function runConformance(
  targets: readonly ConformanceTarget[],
  options: RunOptions = {},
): Promise<RunReport> {
  return new Run(targets, options).run();
}

/** SHA-256 of the command set that the cases are for. */
export function specificationHash(specification?: SpecificationDocument): string {
  return createHash('sha256').update(renderSpecification(specification)).digest('hex');
}

class Run {
  private readonly seed: number;
  private readonly plan: readonly {
    readonly target: ConformanceTarget;
    readonly cases: readonly ConformanceCase[];
  }[];
  private readonly total: number;
  private readonly results: CaseResult[] = [];
  private readonly reports: TargetReport[] = [];
  private readonly undeclared = new Map<string, UndeclaredStatus>();
  private readonly kept: ReadonlyMap<string, CaseResult>;

  constructor(
    targets: readonly ConformanceTarget[],
    private readonly options: RunOptions,
  ) {
    this.seed = options.seed ?? DEFAULT_SEED;
    const { statement } = options;
    const selected = selectCases(options.cases ?? casesFor(options), options.filter);
    this.plan = targets.map((target) => ({
      target,
      cases: selected.filter(
        (one) =>
          one.applications.includes(target.application) && (statement?.aid === undefined || isIsoSubset(one)),
      ),
    }));
    this.total = this.plan.reduce((sum, { cases }) => sum + cases.length, 0);
    this.kept = new Map(
      (options.resume ?? [])
        .filter(isFinal)
        .map((result) => [keyOf(result.application, result.case.id), result]),
    );
  }

  async run(): Promise<RunReport> {
    for (const { target, cases } of this.plan) {
      if (cases.length === 0) continue;
      const report = await probe(target);
      this.reports.push(report);
      if (report.unreachable !== undefined) continue;
      await this.runTarget(target, cases);
    }
    return this.report();
  }

  private async runTarget(target: ConformanceTarget, cases: readonly ConformanceCase[]): Promise<void> {
    const { options } = this;
    const issuer = new TestIssuer(target.personalisedWithSeed ?? this.seed, options.secrets);
    const spec = specOf(target, options);
    const run = new TargetRun({ target, spec, issuer, options, undeclared: this.undeclared });
    for (const one of cases) {
      const kept = this.kept.get(keyOf(target.application, one.id));
      const result = kept ?? (await this.next(run, one));
      this.results.push(result);
      const { total } = this;
      options.onProgress?.({ done: this.results.length, total, result, report: () => this.report() });
    }
  }

  private next(run: TargetRun, one: ConformanceCase): Promise<CaseResult> {
    const interrupted = this.options.signal?.aborted === true;
    return interrupted ? run.leftOut(one, 'interrupted', 'the run was broken off') : run.verdictOf(one);
  }

  private report(): RunReport {
    const { seed, results, options, reports } = this;
    const count = (verdict: CaseResult['verdict']) => results.filter((r) => r.verdict === verdict).length;
    const summary = { passed: count('passed'), failed: count('failed'), skipped: count('skipped') };
    const complete = results.every(isFinal) && results.length === this.reachable();
    return {
      conditions: { ...options.conditions, specificationHash: specificationHash(options.specification) },
      seed,
      ...(options.filter === undefined ? {} : { filter: options.filter }),
      targets: reports,
      results: [...results],
      summary,
      undeclaredStatus: [...this.undeclared.values()],
      complete,
      exitStatus: this.exitStatus(summary, complete),
    };
  }

  /** Cases of targets that were reached. */
  private reachable(): number {
    return this.plan.reduce((sum, { cases }, i) => {
      const lost = this.reports[i]?.unreachable !== undefined;
      return sum + (lost ? 0 : cases.length);
    }, 0);
  }

  private exitStatus({ passed, failed }: RunReport['summary'], complete: boolean): ExitStatus {
    if (this.total === 0) return 2;
    const gone = this.results.some((result) => result.verdict === 'skipped' && result.kind === 'no card');
    if (gone || this.reports.some((report) => report.unreachable !== undefined)) return 3;
    return failed > 0 || passed === 0 || !complete ? 1 : 0;
  }
}

/** The cases of a run when none are given. */
function casesFor({ specification, sweeps, filter }: RunOptions): readonly ConformanceCase[] {
  const cases = specification ? specification.applications.flatMap(declarationCases) : allCases();
  if (sweeps || filter?.includes('boundary')) return cases;
  return cases.filter(({ category }) => category !== 'boundary');
}

const keyOf = (application: string, id: string): string => `${application} ${id}`;

/** Whether a run that resumes this one need not come to the case again. */
function isFinal(result: CaseResult): boolean {
  return result.verdict !== 'skipped' || (result.kind !== 'no card' && result.kind !== 'interrupted');
}

/**
 * Makes the one blank card of a target an operational card of the suite, for runs with the same seed
 * in {@link ConformanceTarget.personalisedWithSeed}. There is no way back.
 * @throws {PersonalisationFailure} when the card refuses a step.
 */
export async function personaliseTarget(
  target: ConformanceTarget,
  seed = DEFAULT_SEED,
  secrets?: CardSecrets,
): Promise<void> {
  const issuer = new TestIssuer(seed, secrets);
  const fixtures = new Fixtures(target, specOf(target, {}), issuer, DEFAULT_ANSWER_TIMEOUT_MS);
  await fixtures.personalise(target);
}

/** The application's declarations; under the name that a statement gives for a card of somebody else's. */
function specOf(
  { application: id }: ConformanceTarget,
  { specification, statement }: Pick<RunOptions, 'specification' | 'statement'>,
): ApplicationSpec {
  const spec = [...(specification?.applications ?? []), ...APPLICATIONS].find(
    (application) => application.id === id,
  )!;
  return statement?.aid === undefined ? spec : { ...spec, aid: statement.aid.toLowerCase() };
}

/** Whether there is a card at all. */
async function probe(target: ConformanceTarget): Promise<TargetReport> {
  const { name, kind, application, reader } = target;
  const known = { name, kind, application, ...(reader === undefined ? {} : { reader }) };
  let connection: CardConnection | undefined;
  try {
    connection = await target.connect();
    return { ...known, protocol: connection.protocol, atr: toHex(connection.atr) };
  } catch (error) {
    return { ...known, unreachable: messageOf(error) };
  } finally {
    await connection?.close().catch(() => undefined);
  }
}
