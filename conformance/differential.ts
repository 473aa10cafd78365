/** The same cases on two targets: where they first differ. */

import type { DecodedExchange } from '../apdu/index.js';
import type { CaseResult, RunReport } from './result.js';
import { type RunOptions, runConformance } from './runner.js';
import type { ConformanceTarget } from './target.js';

/** One side of a case. */
type Side = { readonly result: CaseResult; readonly exchanges: readonly DecodedExchange[] };

/** Where a case went another way: the exchange, from 0, and what both sides saw there; a side may have ended before. */
export type Divergence = {
  readonly caseId: string;
  readonly application: string;
  readonly verdicts: readonly [CaseResult['verdict'], CaseResult['verdict']];
  readonly at: number;
  readonly exchanges: readonly [DecodedExchange | undefined, DecodedExchange | undefined];
};

export type DifferentialReport = {
  readonly reports: readonly [RunReport, RunReport];
  /** Cases that both sides ran. */
  readonly compared: number;
  readonly divergences: readonly Divergence[];
};

/**
 * Runs the cases on each side and compares exchange by exchange: the command, its status word and how much data came.
 * The data themselves are not compared: two cards draw different keys and challenges.
 */
export async function runDifferential(
  first: readonly ConformanceTarget[],
  second: readonly ConformanceTarget[],
  options: RunOptions = {},
): Promise<DifferentialReport> {
  const one = await runSide(first, options);
  const other = await runSide(second, options);
  const both = [...one.sides].flatMap(([key, side]) => {
    const match = other.sides.get(key);
    return match ? [[side, match] as const] : [];
  });
  const judged = both.filter(([a, b]) => a.result.verdict !== 'skipped' && b.result.verdict !== 'skipped');
  return {
    reports: [one.report, other.report],
    compared: judged.length,
    divergences: judged.flatMap(([a, b]) => divergenceOf(a, b) ?? []),
  };
}

async function runSide(targets: readonly ConformanceTarget[], options: RunOptions) {
  const sides = new Map<string, Side>();
  let exchanges: readonly DecodedExchange[] = [];
  const report = await runConformance(targets, {
    ...options,
    onExchanges: (_, seen) => {
      exchanges = seen;
    },
    onProgress: (progress) => {
      const { result } = progress;
      sides.set(`${result.application} ${result.case.id}`, { result, exchanges });
      exchanges = [];
      options.onProgress?.(progress);
    },
  });
  return { report, sides };
}

function divergenceOf(a: Side, b: Side): Divergence | undefined {
  const longest = Math.max(a.exchanges.length, b.exchanges.length);
  const at = Array.from({ length: longest }, (_, i) => i).find(
    (i) => keyOf(a.exchanges[i]) !== keyOf(b.exchanges[i]),
  );
  const verdicts = [a.result.verdict, b.result.verdict] as const;
  if (at === undefined && verdicts[0] === verdicts[1]) return undefined;
  const place = at ?? longest;
  return {
    caseId: a.result.case.id,
    application: a.result.application,
    verdicts,
    at: place,
    exchanges: [a.exchanges[place], b.exchanges[place]],
  };
}

function keyOf(exchange: DecodedExchange | undefined): string {
  if (!exchange) return 'nothing';
  const { name, sw, bytesOut } = exchange;
  return `${name} ${sw} ${bytesOut}`;
}
