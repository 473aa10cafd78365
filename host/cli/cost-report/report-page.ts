/** The cost report as one HTML page that needs nothing else. */

import {
  COST_PARTS,
  type ErrorFigures,
  PART_COLOURS,
  PLATFORMS,
  type Platform,
} from '../../../perf/index.js';
import { memorySvg } from '../memory/memory-svg.js';
import { escapeXml } from '../memory/svg-text.js';
import { SIGNING_TARGET_MS } from '../profiling/signing-targets.js';
import { SUITE_STEPS, type SuiteStep } from '../suites/suite-card.js';
import { barsSvg } from './bars-svg.js';
import type { CostReportData } from './report-data.js';
import { timelineSvg } from './timeline-svg.js';
import { CARD_COLOURS, validationSvg } from './validation-svg.js';

const STYLE = `
:root{color:#1d2429;background:#fff;font:15px/1.5 system-ui,sans-serif}
body{max-width:1180px;margin:0 auto;padding:28px 20px 60px}
h1{font-size:27px;margin:0 0 4px}h2{font-size:19px;margin:44px 0 6px;border-top:1px solid #dfe4e8;padding-top:18px}
h3{font-size:15px;margin:22px 0 4px}p{margin:6px 0;max-width:78ch}.faint{color:#66707a}
svg{width:100%;height:auto;display:block;margin:8px 0}
.cards{display:flex;flex-wrap:wrap;gap:14px;margin:18px 0}
.card{border:1px solid #dfe4e8;border-radius:8px;padding:12px 18px;min-width:180px}
.card b{display:block;font-size:25px;line-height:1.25}.card span{color:#66707a;font-size:13px}
.legend span{display:inline-block;margin-right:18px;font-size:13px}
.legend i{display:inline-block;width:11px;height:11px;border-radius:2px;margin-right:5px}
table{border-collapse:collapse;font-size:14px;margin:10px 0}th,td{padding:4px 12px;text-align:right;border-bottom:1px solid #e8ecef}
th:first-child,td:first-child{text-align:left}th{font-weight:600}
.beside{display:grid;grid-template-columns:minmax(380px,520px) 1fr;gap:28px;align-items:start}`;

export function costReportPage(data: CostReportData): string {
  const { profile } = data;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Card time of a visit: ${escapeXml(profile.title)}</title><style>${STYLE}</style></head><body>
<h1>What an outpatient visit takes on real cards</h1>
<p class="faint">Predicted from operation counts of the simulated cards and measurements of real ones. Card shown first:
${escapeXml(profile.title)}. <b>javacard</b> is an applet on the public API, <b>native</b> the vendor's own system.
Registration and coupons, which happen ahead, are not in the visit.</p>
${headline(data)}
${legend()}
<h2>The visit over its cards</h2>
${PLATFORMS.map((platform) => `<h3>${platform}</h3>${timelineSvg(data.visit[platform])}`).join('')}
<h2>The same visit on every measured card</h2>
<p class="faint">Whiskers: the interval that the labels of the figures allow. A card without a figure says so.</p>
${barsSvg(data.everywhere)}
<h2>Group signature on ${escapeXml(profile.title)}</h2>
${signingTable(data)}
<h2>Suites of the group signature</h2>
${suiteTable(data)}
<h2>How far to trust it: predicted against measured</h2>
<div class="beside"><div>${validationSvg(data)}</div><div>${validationTable(data)}</div></div>
<h2>Memory and wear</h2>
${data.memory.map((document) => memorySvg(document).replace(/^<\?xml[^>]*>\s*/, '')).join('')}
</body></html>
`;
}

function headline({ visit, signing }: CostReportData): string {
  const seconds = (platform: Platform) => {
    const { ms, lowMs, highMs } = visit[platform].total;
    if (ms === null) return card('no data', `the visit, ${platform}`);
    const interval = `${(lowMs! / 1000).toFixed(1)}–${(highMs! / 1000).toFixed(1)} s`;
    return card(`${(ms / 1000).toFixed(1)} s`, `card time of the visit, ${platform} (${interval})`);
  };
  const online = signing['ps-g1-bls12381, with a coupon']?.['ms native'];
  const alone = signing['ps-g1-bls12381, without a coupon']?.['ms native'];
  return `<div class="cards">${PLATFORMS.map(seconds).join('')}${card(showMs(online), 'group signature with a coupon, native, BLS12-381')}${card(showMs(alone), 'without a coupon')}</div>`;
}

function card(figure: string, meaning: string): string {
  return `<div class="card"><b>${figure}</b><span>${meaning}</span></div>`;
}

function legend(): string {
  const parts = COST_PARTS.map(
    (part) => `<span><i style="background:${PART_COLOURS[part]}"></i>${part}</span>`,
  );
  return `<div class="legend">${parts.join('')}</div>`;
}

function signingTable({ signing }: CostReportData): string {
  const rows = Object.entries(signing).map(([name, times]) => {
    const bound = name.endsWith('with a coupon')
      ? SIGNING_TARGET_MS.withCoupon
      : SIGNING_TARGET_MS.withoutCoupon;
    const native = times['ms native'];
    const verdict = typeof native === 'number' ? (native < bound ? 'kept' : 'missed') : 'no data';
    return [name, showMs(times['ms javacard']), showMs(native), `${bound} ms`, verdict];
  });
  return table(['suite', 'javacard', 'native', 'bound on native', ''], rows);
}

function suiteTable({ suites, profile }: CostReportData): string {
  const steps = Object.keys(SUITE_STEPS) as SuiteStep[];
  const columns = ['', ...suites.suites.map(({ suite }) => suite)];
  const rows = [
    ['signature, bytes', ...suites.suites.map(({ bytes }) => String(bytes.signature))],
    ['coupon on the card, bytes', ...suites.suites.map(({ nvmBytes }) => String(nvmBytes.coupon))],
    ...steps.map((step) => [
      `${SUITE_STEPS[step]}, crypto on native`,
      ...suites.suites.map((suite) => showMs(suite.steps[step].predictedCryptoMs[profile.id])),
    ]),
  ];
  return table(columns, rows);
}

function validationTable({ validation }: CostReportData): string {
  const percent = (value: number | null) => (value === null ? 'no data' : `${(100 * value).toFixed(1)} %`);
  const figures = ({ n, median, p90 }: ErrorFigures) => [String(n), percent(median), percent(p90)];
  const rows = validation.map(({ card: name, all, above100ms, fittedFactor }, i) => [
    `<i style="background:${CARD_COLOURS[i % CARD_COLOURS.length]};display:inline-block;width:10px;height:10px;border-radius:5px"></i> ${escapeXml(name)}`,
    ...figures(all),
    ...figures(above100ms),
    fittedFactor === null ? 'nothing' : `× ${fittedFactor}`,
  ]);
  return `${table(['JCMathLib on', 'n', 'median', 'p90', 'n > 100 ms', 'median', 'p90', 'fitted'], rows)}
<p class="faint">Absolute relative error of whole commands. Grey lines: ±10 %. Where one constant was fitted, the errors in
the table are by leaving one command out; the dots have the constant of all.</p>`;
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: string, values: readonly string[]) =>
    values.map((value) => `<${tag}>${value}</${tag}>`).join('');
  return `<table><tr>${cells('th', columns)}</tr>${rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('')}</table>`;
}

function showMs(ms: number | null | undefined): string {
  return typeof ms === 'number' ? `${ms.toFixed(1)} ms` : 'no data';
}
