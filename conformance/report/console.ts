/** A run as lines of text. */

import { exchangeToLines } from '../../apdu/index.js';
import type { CaseResult, RunReport } from '../result.js';

/** Exchanges shown before the one that failed. */
const SHOWN_BEFORE = 2;
/** Transmissions shown of a case of the line. */
const SHOWN_LINES = 12;

/** One line for a case: verdict, application, identifier, title. */
export function resultToLine(result: CaseResult): string {
  const mark = { passed: 'ok  ', failed: 'FAIL', skipped: 'skip' }[result.verdict];
  const why = result.verdict === 'skipped' ? ` (${result.reason})` : '';
  return `${mark} ${result.application.padEnd(12)} ${result.case.id} · ${result.case.title}${why}`;
}

/** What a failure tells: expected and actual, clause, the decoded exchanges, how to repeat it. */
export function failureToLines(result: CaseResult): readonly string[] {
  if (result.verdict !== 'failed') return [];
  const { failure } = result;
  const from = Math.max(0, failure.exchanges.length - 1 - SHOWN_BEFORE);
  const verdict =
    failure.expected === undefined
      ? [`  reason    ${failure.reason}`]
      : [`  expected  ${failure.expected}`, `  actual    ${failure.actual}`];
  return [
    `${result.application} ${result.case.id} · ${result.case.title}`,
    ...verdict,
    `  clause    ${result.case.clause}`,
    ...(from > 0 ? [`  (${from} exchanges before)`] : []),
    ...failure.exchanges
      .slice(from)
      .flatMap(exchangeToLines)
      .map((line) => `    ${line}`),
    ...(failure.line ?? []).slice(-SHOWN_LINES).map((line) => `    ${line}`),
    `  repeat    ${failure.repeat}`,
  ];
}

/** The end of a run: failures, targets that could not be reached, status words out of specification, counts. */
export function reportToLines(report: RunReport): readonly string[] {
  const { passed, failed, skipped } = report.summary;
  return [
    ...report.results.flatMap((result) => {
      const lines = failureToLines(result);
      return lines.length > 0 ? ['', ...lines] : [];
    }),
    ...(failed > 0 ? [''] : []),
    ...report.targets.flatMap(({ name, application, unreachable }) =>
      unreachable === undefined ? [] : [`${name} (${application}) could not be reached: ${unreachable}`],
    ),
    ...report.undeclaredStatus.map(
      ({ application, command, sw, caseId }) =>
        `note: ${application} ${command} answered ${sw}, which it does not declare (first in ${caseId})`,
    ),
    ...(report.exitStatus === 2 ? [`no case is named ${report.filter ?? ''}`.trimEnd()] : []),
    `${passed} passed, ${failed} failed, ${skipped} skipped`,
  ];
}
