/** Stacked bars: the whole visit on every profile, both platforms, by part, with the interval as a whisker. */

import { type CardReport, COST_PARTS, PART_COLOURS, PLATFORMS, type Platform } from '../../../perf/index.js';
import { line, rect, text } from '../memory/svg-text.js';
import { niceStep } from './timeline-svg.js';

const WIDTH = 1160;
const LEFT = 390;
const RIGHT = 110;
const BAR = 15;
const ROW = 2 * BAR + 14;
const FAINT = '#66707a';

export function barsSvg(reports: readonly Readonly<Record<Platform, CardReport>>[]): string {
  const totals = reports.flatMap((report) => PLATFORMS.map((platform) => report[platform].total));
  const most = Math.max(...totals.map(({ highMs }) => highMs ?? 0));
  const scale = (WIDTH - LEFT - RIGHT) / most;
  const height = reports.length * ROW + 30;
  const parts: string[] = [];
  const step = niceStep(most / 8);
  for (let ms = 0; ms <= most; ms += step) {
    const x = LEFT + ms * scale;
    parts.push(line(x, 0, x, height - 24, '#e3e7eb'));
    parts.push(text(x, height - 8, `${ms / 1000} s`, { size: 11, anchor: 'middle', fill: FAINT }));
  }
  for (const [i, report] of reports.entries()) {
    const y = 6 + i * ROW;
    parts.push(text(0, y + 19, shortened(report.javacard.title), { weight: 'bold' }));
    for (const [j, platform] of PLATFORMS.entries()) parts.push(bar(report[platform], y + j * BAR, scale));
  }
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img">${parts.join('')}</svg>`;
}

function bar({ platform, total }: CardReport, y: number, scale: number): string {
  const name = text(LEFT - 8, y + 11, platform, { size: 11, anchor: 'end', fill: FAINT });
  if (total.ms === null) {
    const lacking = total.missing.slice(0, 3).join(', ');
    const more = total.missing.length > 3 ? ` and ${total.missing.length - 3} more` : '';
    return name + text(LEFT + 4, y + 11, `no data: ${lacking}${more}`, { size: 11, fill: '#a33' });
  }
  let x = LEFT;
  const boxes = COST_PARTS.map((part) => {
    const width = (total.parts[part] ?? 0) * scale;
    const box = rect(
      { x, y, width, height: BAR - 3 },
      PART_COLOURS[part],
      `${part}: ${total.parts[part]?.toFixed(0)} ms`,
    );
    x += width;
    return box;
  });
  const [low, high] = [LEFT + total.lowMs! * scale, LEFT + total.highMs! * scale];
  const middle = y + (BAR - 3) / 2;
  const whisker =
    line(low, middle, high, middle, '#222') +
    line(low, y + 2, low, y + 10, '#222') +
    line(high, y + 2, high, y + 10, '#222');
  return `${name}${boxes.join('')}${whisker}${text(high + 6, y + 11, `${(total.ms / 1000).toFixed(1)} s`, { size: 11 })}`;
}

function shortened(title: string): string {
  return title.length > 40 ? `${title.slice(0, 39)}…` : title;
}
