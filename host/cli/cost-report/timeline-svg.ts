/** The predicted visit as a timeline: one lane per card, one bar per command, its parts stacked inside. */

import { type CardReport, COST_PARTS, PART_COLOURS } from '../../../perf/index.js';
import { line, rect, text } from '../memory/svg-text.js';

const WIDTH = 1160;
const LEFT = 80;
const TOP = 58;
const LANE = 52;
const FAINT = '#66707a';

export function timelineSvg(report: CardReport): string {
  const whole = report.total.ms ?? 1;
  const scale = (WIDTH - LEFT - 10) / whole;
  const lanes = [...new Set(report.commands.map(({ card }) => card))];
  const height = TOP + lanes.length * LANE + 34;
  const parts: string[] = [];
  for (const [i, lane] of lanes.entries()) {
    const y = TOP + i * LANE;
    parts.push(rect({ x: LEFT, y, width: WIDTH - LEFT - 10, height: LANE - 10 }, '#f4f6f8'));
    parts.push(text(LEFT - 10, y + 26, lane, { anchor: 'end', weight: 'bold' }));
  }
  let at = 0;
  let phase = '';
  let labelled = 0;
  for (const command of report.commands) {
    const x = LEFT + at * scale;
    if (command.phase !== phase) {
      phase = command.phase;
      labelled++;
      parts.push(line(x, 44, x, height - 26, '#c3cad1'));
      const own = report.phases.find((each) => each.phase === phase)?.ms ?? 0;
      const y = 12 + 14 * ((labelled - 1) % 3);
      parts.push(text(x + 3, y, `${phase} ${(own / 1000).toFixed(2)} s`, { size: 11, fill: FAINT }));
    }
    const y = TOP + lanes.indexOf(command.card) * LANE;
    let within = x;
    const title = `${command.card}: ${command.name}\n${command.ms?.toFixed(1)} ms (${command.lowMs?.toFixed(0)}–${command.highMs?.toFixed(0)})`;
    for (const part of COST_PARTS) {
      const width = (command.parts[part] ?? 0) * scale;
      if (width <= 0) continue;
      parts.push(
        rect(
          { x: within, y, width, height: LANE - 10 },
          PART_COLOURS[part],
          `${title}\n${part} ${command.parts[part]?.toFixed(1)} ms`,
        ),
      );
      within += width;
    }
    at += command.ms ?? 0;
  }
  const step = niceStep(whole / 10);
  for (let ms = 0; ms <= whole; ms += step) {
    const x = LEFT + ms * scale;
    parts.push(line(x, height - 26, x, height - 22, '#66707a'));
    parts.push(
      text(x, height - 9, `${(ms / 1000).toFixed(step < 1000 ? 1 : 0)} s`, {
        size: 11,
        anchor: 'middle',
        fill: FAINT,
      }),
    );
  }
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img">${parts.join('')}</svg>`;
}

/** 1, 2 or 5 times a power of ten, not below the wish. */
export function niceStep(wish: number): number {
  const power = 10 ** Math.floor(Math.log10(wish));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= wish) ?? 10);
}
