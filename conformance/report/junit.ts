/** A run as JUnit XML, the form that build servers read: one test suite for each target and category. */

import type { CaseResult, RunReport } from '../result.js';
import { failureToLines } from './console.js';

/** The document; times are seconds. */
export function reportToJunit(report: RunReport): string {
  const suites = groupBy(
    report.results,
    (result) => `${result.target}.${result.application}.${result.case.category}`,
  );
  const { failed, skipped } = report.summary;
  const lost = report.targets.filter((target) => target.unreachable !== undefined);
  const total = report.results.length + lost.length;
  const counts = `tests="${total}" failures="${failed}" errors="${lost.length}" skipped="${skipped}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="imis conformance" ${counts} time="${seconds(report.results)}">`,
    ...[...suites].flatMap(([name, results]) => suiteToLines(name, results)),
    ...lost.flatMap(({ name, application, unreachable }) => [
      `  <testsuite name="${escapeXml(`${name}.${application}`)}" tests="1" failures="0" errors="1" skipped="0" time="0.000">`,
      `    <testcase name="reach the card" classname="${escapeXml(`${name}.${application}`)}" time="0.000">`,
      `      <error message="${escapeXml(unreachable ?? '')}" type="unreachable"/>`,
      '    </testcase>',
      '  </testsuite>',
    ]),
    '</testsuites>',
    '',
  ].join('\n');
}

function suiteToLines(name: string, results: readonly CaseResult[]): readonly string[] {
  const count = (verdict: CaseResult['verdict']) => results.filter((r) => r.verdict === verdict).length;
  const counts = `tests="${results.length}" failures="${count('failed')}" errors="0" skipped="${count('skipped')}"`;
  return [
    `  <testsuite name="${escapeXml(name)}" ${counts} time="${seconds(results)}">`,
    ...results.flatMap((result) => caseToLines(name, result)),
    '  </testsuite>',
  ];
}

function caseToLines(suite: string, result: CaseResult): readonly string[] {
  const open = `    <testcase name="${escapeXml(result.case.id)}" classname="${escapeXml(suite)}" time="${seconds([result])}"`;
  switch (result.verdict) {
    case 'passed':
      return [`${open}/>`];
    case 'skipped':
      return [`${open}>`, `      <skipped message="${escapeXml(result.reason)}"/>`, '    </testcase>'];
    case 'failed': {
      const text = escapeXml(failureToLines(result).join('\n'));
      return [
        `${open}>`,
        `      <failure message="${escapeXml(result.failure.reason)}" type="conformance">${text}</failure>`,
        '    </testcase>',
      ];
    }
  }
}

function seconds(results: readonly CaseResult[]): string {
  return (results.reduce((sum, result) => sum + result.durationMs, 0) / 1000).toFixed(3);
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}

/** Text for an attribute or an element; characters that XML 1.0 does not have become U+FFFD. */
function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
}
