import type { BenchReport, BenchResult } from './bench.js';
import type { MedianInterval } from './bootstrap.js';
import { formatTable } from './text-table.js';

const COLUMNS = [
  { title: 'case', align: 'left' },
  { title: 'host µs', align: 'right' },
  { title: '95 % interval', align: 'right' },
  { title: 'samples', align: 'right' },
  { title: 'card ms (predicted)', align: 'right' },
] as const;
const CHANGE = { title: 'since then', align: 'right' } as const;

/**
 * A bench report as text; the heading keeps simulator speed and card time apart.
 *
 * @param card what the card times are predicted for, in words
 * @param before results of an earlier run, to be compared with
 */
export function formatBenchReport(
  report: BenchReport,
  card: string,
  before?: readonly BenchResult[],
): string {
  const { environment } = report;
  const rows = report.results.map(({ name, hostUs, samples, predictedCardMs, onHost }) => [
    name,
    showUs(hostUs.median),
    `${showUs(hostUs.low)} – ${showUs(hostUs.high)}`,
    String(samples),
    onHost ? '–' : predictedCardMs === null ? 'no data' : predictedCardMs.toFixed(1),
    ...(before ? [changeSince(before, name, hostUs)] : []),
  ]);
  return [
    'host µs: how fast the simulator runs on this machine, measured; it says nothing about a card.',
    `card ms: what a real card would take; whole commands, predicted for ${card}.`,
    formatTable(before ? [...COLUMNS, CHANGE] : COLUMNS, rows),
    `${report.rounds} rounds in shuffled order, seed ${report.seed}; median over all samples.`,
    `Node ${environment.node}, benchmark ${environment.benchmark}, ${environment.platform}, ${environment.cores} × ${environment.cpu}, load ${environment.loadBefore.toFixed(2)} before and ${environment.loadAfter.toFixed(2)} after.`,
    '',
  ].join('\n');
}

function showUs(us: number): string {
  return us < 10 ? us.toFixed(3) : us.toFixed(1);
}

/** By how much the median moved; where the intervals overlap, nobody can tell. */
function changeSince(before: readonly BenchResult[], name: string, now: MedianInterval): string {
  const then = before.find((each) => each.name === name)?.hostUs;
  if (then === undefined) return '';
  // one round has no interval to speak of
  if (now.low === now.high || then.low === then.high) return 'too few rounds';
  if (now.low <= then.high && then.low <= now.high) return 'indistinguishable';
  return `${(100 * (now.median / then.median - 1)).toFixed(0)} %`;
}
