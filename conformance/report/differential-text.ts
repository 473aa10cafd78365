/** A comparison of two targets as lines of text. */

import { type DecodedExchange, exchangeToLines } from '../../apdu/index.js';
import type { DifferentialReport, Divergence } from '../differential.js';

/** First divergences, one after the other, and how many cases agreed. */
export function differentialToLines({
  reports,
  compared,
  divergences,
}: DifferentialReport): readonly string[] {
  const names = reports.map(({ targets }) => targets[0]?.name ?? 'nothing') as [string, string];
  const lost = reports.flatMap(({ targets }) =>
    targets.flatMap(({ name, unreachable }) =>
      unreachable === undefined ? [] : [`${name} could not be reached: ${unreachable}`],
    ),
  );
  return [
    ...divergences.flatMap((one) => ['', ...divergenceToLines(one, names)]),
    ...(divergences.length > 0 ? [''] : []),
    ...lost,
    `${compared} cases on both, ${compared - divergences.length} the same, ${divergences.length} different`,
  ];
}

function divergenceToLines(one: Divergence, names: readonly [string, string]): readonly string[] {
  const { caseId, application, verdicts, at } = one;
  return [
    `${application} ${caseId} · exchange ${at + 1}: ${names[0]} ${verdicts[0]}, ${names[1]} ${verdicts[1]}`,
    ...sideToLines('A', one.exchanges[0]),
    ...sideToLines('B', one.exchanges[1]),
  ];
}

function sideToLines(mark: string, exchange: DecodedExchange | undefined): readonly string[] {
  const lines = exchange ? exchangeToLines(exchange) : ['nothing more'];
  return lines.map((line, i) => `  ${i === 0 ? mark : ' '} ${line}`);
}
