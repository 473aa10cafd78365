/** Predicted against measured, every timed command one dot, both axes logarithmic. */

import { line, rect, text } from '../memory/svg-text.js';
import type { CostReportData } from './report-data.js';

const SIZE = 560;
const MARGIN = 50;
const DECADES = [0.7, 4.2] as const;
export const CARD_COLOURS = ['#4477aa', '#ee6677', '#228833', '#aa7700', '#66ccee'] as const;
const FAINT = '#66707a';

export function validationSvg({ validated, validation }: CostReportData): string {
  const place = (ms: number) =>
    ((Math.log10(ms) - DECADES[0]) / (DECADES[1] - DECADES[0])) * (SIZE - 2 * MARGIN);
  const x = (ms: number) => MARGIN + place(ms);
  const y = (ms: number) => SIZE - MARGIN - place(ms);
  const parts = [
    rect({ x: MARGIN, y: MARGIN, width: SIZE - 2 * MARGIN, height: SIZE - 2 * MARGIN }, '#f8fafb'),
  ];
  for (const ms of [10, 100, 1000, 10_000]) {
    parts.push(
      line(x(ms), MARGIN, x(ms), SIZE - MARGIN, '#dfe4e8'),
      line(MARGIN, y(ms), SIZE - MARGIN, y(ms), '#dfe4e8'),
    );
    parts.push(text(x(ms), SIZE - MARGIN + 16, `${ms}`, { size: 11, anchor: 'middle', fill: FAINT }));
    parts.push(text(MARGIN - 6, y(ms) + 4, `${ms}`, { size: 11, anchor: 'end', fill: FAINT }));
  }
  const [low, high] = [6, 15_000];
  parts.push(line(x(low), y(low), x(high), y(high), '#333'));
  for (const factor of [0.9, 1.1])
    parts.push(line(x(low), y(low * factor), x(high / 1.1), y((high / 1.1) * factor), '#b9c2ca'));
  parts.push(text(SIZE / 2, SIZE - 14, 'measured, ms', { anchor: 'middle', fill: FAINT }));
  parts.push(
    `<text transform="translate(14 ${SIZE / 2}) rotate(-90)" font-size="12" text-anchor="middle" fill="${FAINT}">predicted, ms</text>`,
  );
  const cards = validation.map(({ card }) => card);
  for (const { command, predictedMs, relativeError } of validated) {
    const colour = CARD_COLOURS[cards.indexOf(command.card) % CARD_COLOURS.length];
    const title = `${command.card}: ${command.operation}, measured ${command.measuredMs} ms, predicted ${predictedMs.toFixed(1)} ms (${(100 * relativeError).toFixed(1)} %)`;
    parts.push(
      `<circle cx="${x(command.measuredMs).toFixed(1)}" cy="${y(predictedMs).toFixed(1)}" r="3.5" fill="${colour}" fill-opacity="0.7"><title>${title.replace(/[<&]/g, '')}</title></circle>`,
    );
  }
  return `<svg viewBox="0 0 ${SIZE} ${SIZE}" role="img">${parts.join('')}</svg>`;
}
