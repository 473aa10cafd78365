/** Runs the suite against the cards that have a defect, until a hand-written case has caught it. */

import type { ConformanceCase } from '../case.js';
import type { CaseResult } from '../result.js';
import { runConformance } from '../runner.js';
import type { ConformanceTarget } from '../target.js';
import type { DefectTargets, DefectVerdict, SeededDefect } from './defect.js';

/** Told before each case, so that whoever waits knows which case a card never came back from. */
export type Watch = (caseId: string) => void;

/**
 * The verdict on a defect. Cases run in the order given, each on every card that it is for, hand-written ones
 * first; a defect that none of them catches meets the generated ones as well, all of them.
 */
export async function judge(
  defect: SeededDefect,
  targets: DefectTargets,
  cases: readonly ConformanceCase[],
  watch: Watch = () => undefined,
): Promise<DefectVerdict> {
  let count = 0;
  const firstFailure = async (origin: ConformanceCase['origin']) => {
    for (const target of byFirstCase(targets, cases)) {
      const own = cases.filter(
        (one) =>
          one.origin === origin &&
          one.applications.includes(target.application) &&
          (!defect.onLine || one.line !== undefined),
      );

      const failed = await run(target, own, watch, () => count++);
      if (failed) return failed;
    }
    return undefined;
  };
  const caught = (await firstFailure('hand-written')) ?? (await firstFailure('generated'));
  if (!caught) return { ...defect, cases: count, verdict: 'missed' };
  const verdict = caught.case.origin === 'generated' ? 'caught by generated cases only' : 'caught';
  return { ...defect, cases: count, verdict, by: caught.case.id, reason: reasonOf(caught) };
}

/** The card first that the first case is for. */
function byFirstCase(targets: DefectTargets, [first]: readonly ConformanceCase[]): DefectTargets {
  const isFirst = ({ application }: ConformanceTarget) => first?.applications.includes(application) === true;
  return [...targets].sort((a, b) => Number(isFirst(b)) - Number(isFirst(a)));
}

async function run(
  target: ConformanceTarget,
  cases: readonly ConformanceCase[],
  watch: Watch,
  count: () => void,
): Promise<CaseResult | undefined> {
  let failed: CaseResult | undefined;
  const watched = cases.map((one) => ({
    ...one,
    run: async (card: Parameters<typeof one.run>[0]) => {
      watch(one.id);
      await one.run(card);
    },
  }));
  if (cases[0]) watch(cases[0].id);
  const end = new AbortController();
  const report = await runConformance([target], {
    cases: watched,
    signal: end.signal,
    onProgress({ result }) {
      if (failed) return;
      count();
      if (result.verdict !== 'failed') return;
      failed = result;
      end.abort();
    },
  });
  const unreachable = report.targets.find((one) => one.unreachable !== undefined);
  if (unreachable && cases[0]) return noCard(cases[0], target, unreachable.unreachable!);
  return failed;
}

/** A card that does not come up at all fails whatever would be run first. */
function noCard(
  { run: _, ...first }: ConformanceCase,
  target: ConformanceTarget,
  reason: string,
): CaseResult {
  return {
    case: first,
    target: target.name,
    application: target.application,
    durationMs: 0,
    verdict: 'failed',
    failure: { reason, exchanges: [], repeat: '' },
  };
}

function reasonOf(result: CaseResult): string {
  return result.verdict === 'failed' ? result.failure.reason : '';
}
