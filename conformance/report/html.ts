/** A run as one HTML page: no file beside it, no network, readable without scripts; scripts only filter. */

import { type DecodedExchange, exchangeToLines } from '../../apdu/index.js';
import type { CaseResult, RunReport } from '../result.js';
import { clausesOf } from './clauses.js';
import { PAGE_SCRIPT, PAGE_STYLE } from './html-assets.js';

type Verdict = CaseResult['verdict'];
const VERDICTS: readonly Verdict[] = ['failed', 'passed', 'skipped'];

/** The page. It holds no secret: exchanges are the decoded ones. */
export function reportToHtml(report: RunReport): string {
  const { passed, failed, skipped } = report.summary;
  const title = `Conformance: ${passed} passed, ${failed} failed, ${skipped} skipped`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<header>
<h1>Conformance report</h1>
<p class="verdict ${report.exitStatus === 0 ? 'passed' : 'failed'}">${escapeHtml(sentence(report))}</p>
</header>
<main>
${summary(report)}
${conditions(report)}
${notes(report)}
${failures(report)}
${matrix(report)}
${allCases(report)}
</main>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

function sentence({ exitStatus, complete, summary: { failed } }: RunReport): string {
  switch (exitStatus) {
    case 0:
      return 'Every selected case that applies has passed.';
    case 1:
      if (failed > 0) return `${failed} case${failed === 1 ? '' : 's'} failed.`;
      return complete ? 'No case could be judged.' : 'The run was broken off.';
    case 2:
      return 'No case was selected.';
    case 3:
      return 'A card could not be reached.';
  }
}

function summary({ results, summary: counts }: RunReport): string {
  const total = results.length || 1;
  const tiles = VERDICTS.map(
    (verdict) => `<div class="tile ${verdict}"><b>${counts[verdict]}</b><span>${verdict}</span></div>`,
  );
  const bars = VERDICTS.filter((verdict) => counts[verdict] > 0).map(
    (verdict) =>
      `<i class="${verdict}" style="flex:${(counts[verdict] / total).toFixed(4)}" title="${counts[verdict]} ${verdict}"></i>`,
  );
  return `<section class="tiles" aria-label="Summary">${tiles.join('')}</section>
<div class="bar" role="img" aria-label="Share of verdicts">${bars.join('')}</div>`;
}

function conditions(report: RunReport): string {
  const { tool, specificationHash, icsHash, operator, date } = report.conditions;
  const rows: (readonly [string, string | undefined])[] = [
    ...report.targets.map(
      ({ name, application, reader, protocol, atr, unreachable }) =>
        [
          `${application} card`,
          [
            name,
            ...(reader === undefined ? [] : [`reader ${reader}`]),
            ...(protocol === undefined ? [] : [protocol]),
            unreachable === undefined ? `ATR ${spaced(atr ?? '')}` : `not reached: ${unreachable}`,
          ].join(' · '),
        ] as const,
    ),
    ['Date', date],
    ['Operator', operator],
    ['Tool', tool],
    ['Seed', String(report.seed)],
    ['Filter', report.filter],
    ['Specification', `SHA-256 ${specificationHash}`],
    ['Statement of the card', icsHash === undefined ? undefined : `SHA-256 ${icsHash}`],
  ];
  const shown = rows.filter(([, value]) => value !== undefined);
  return `<section><h2>Conditions</h2><table class="facts">${shown
    .map(([name, value]) => `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(value!)}</td></tr>`)
    .join('')}</table></section>`;
}

/** `3b80` as `3B 80`. */
function spaced(hex: string): string {
  return hex.toUpperCase().replace(/(..)(?=.)/g, '$1 ');
}

function notes({ undeclaredStatus }: RunReport): string {
  if (undeclaredStatus.length === 0) return '';
  const rows = undeclaredStatus.map(
    ({ application, command, sw, caseId }) =>
      `<tr><td>${escapeHtml(application)}</td><td>${escapeHtml(command)}</td><td><code>${sw}</code></td><td>${escapeHtml(caseId)}</td></tr>`,
  );
  return `<section><h2>Status words beyond the specification</h2>
<p>Not failures: the standard may permit them.</p>
<table><thead><tr><th>card</th><th>command</th><th>status</th><th>first seen in</th></tr></thead><tbody>${rows.join('')}</tbody></table></section>`;
}

function failures({ results }: RunReport): string {
  const failed = results.filter((result) => result.verdict === 'failed');
  if (failed.length === 0) return '';
  return `<section><h2>Failures</h2>${failed.map(failureCard).join('')}</section>`;
}

function failureCard(result: CaseResult & { readonly verdict: 'failed' }): string {
  const { failure, case: one, application } = result;
  const compared =
    failure.expected === undefined
      ? `<p>${escapeHtml(failure.reason)}</p>`
      : `<dl><dt>expected</dt><dd>${escapeHtml(failure.expected)}</dd><dt>actual</dt><dd>${escapeHtml(failure.actual ?? '')}</dd></dl>`;
  return `<article class="failure" id="${anchor(result)}">
<h3><code>${escapeHtml(one.id)}</code> <small>${escapeHtml(application)}</small></h3>
<p>${escapeHtml(one.title)}</p>
${compared}
<p class="clause">${escapeHtml(one.clause)}</p>
<details${failure.exchanges.length + (failure.line?.length ?? 0) < 12 ? ' open' : ''}><summary>What passed: ${escapeHtml(countOf(failure.exchanges, failure.line))}</summary><pre>${escapeHtml(traceText(failure.exchanges, failure.line))}</pre></details>
<p class="repeat">Repeat: <code>${escapeHtml(failure.repeat)}</code></p>
</article>`;
}

function countOf(exchanges: readonly DecodedExchange[], line: readonly string[] = []): string {
  return line.length > 0 ? `${line.length} transmissions` : `${exchanges.length} commands`;
}

function traceText(exchanges: readonly DecodedExchange[], line: readonly string[] = []): string {
  return [...exchanges.flatMap(exchangeToLines), ...line].join('\n');
}

function matrix({ results }: RunReport): string {
  const byId = new Map<string, CaseResult[]>();
  for (const result of results) byId.set(result.case.id, [...(byId.get(result.case.id) ?? []), result]);
  const rows = [...clausesOf(results.map((result) => result.case))]
    .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
    .map(([clause, ids]) =>
      clauseRow(
        clause,
        [...ids].flatMap((id) => byId.get(id) ?? []),
      ),
    );
  return `<section><h2>Requirements</h2>
<p>Each clause that the selected cases are for, and what became of them. A case for several clauses counts in each.</p>
<table class="matrix"><thead><tr><th>clause</th><th class="n">passed</th><th class="n">failed</th><th class="n">skipped</th></tr></thead><tbody>${rows.join('')}</tbody></table></section>`;
}

function clauseRow(clause: string, results: readonly CaseResult[]): string {
  const count = (verdict: Verdict) => results.filter((result) => result.verdict === verdict).length;
  const cell = (verdict: Verdict) => {
    const number = count(verdict);
    return `<td class="n ${number > 0 ? verdict : 'none'}">${number || '·'}</td>`;
  };
  const state = count('failed') > 0 ? 'failed' : count('passed') > 0 ? 'passed' : 'skipped';
  return `<tr class="${state}"><th scope="row">${escapeHtml(clause)}</th>${cell('passed')}${cell('failed')}${cell('skipped')}</tr>`;
}

function allCases({ results }: RunReport): string {
  const buttons = VERDICTS.map(
    (verdict) => `<label><input type="checkbox" data-verdict="${verdict}" checked> ${verdict}</label>`,
  );
  const rows = results.map((result) => {
    const { case: one, application, verdict } = result;
    const why = result.verdict === 'skipped' ? `<br><small>${escapeHtml(result.reason)}</small>` : '';
    const id = `<code>${escapeHtml(one.id)}</code>`;
    const linked = verdict === 'failed' ? `<a href="#${anchor(result)}">${id}</a>` : id;
    return `<tr data-verdict="${verdict}"><td class="mark ${verdict}">${verdict}</td><td>${escapeHtml(application)}</td><td>${linked}</td><td>${escapeHtml(one.title)}${why}</td><td class="clause">${escapeHtml(one.clause)}</td></tr>`;
  });
  return `<section><h2>Cases</h2>
<form class="filter" onsubmit="return false"><input type="search" id="search" placeholder="words of identifier, title or clause" aria-label="Filter cases">${buttons.join('')}<output id="shown">${results.length} cases</output></form>
<table class="cases"><thead><tr><th>verdict</th><th>card</th><th>case</th><th>what a good card does</th><th>clause</th></tr></thead><tbody id="cases">${rows.join('')}</tbody></table></section>`;
}

function anchor({ application, case: { id } }: CaseResult): string {
  return `${application}-${id}`.replace(/[^\w.-]/g, '-');
}

function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
