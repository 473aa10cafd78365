/** How far a run is, on a terminal: one line that is written over, with the time that is left. */

import type { RunProgress } from '../../../conformance/index.js';

/** An estimate from fewer cases than this would jump about. */
const FEWEST_CASES = 10;
const BAR_CELLS = 24;

/** The line for a terminal of `columns`; `elapsedMs` since the first case. */
export function progressLine(
  { done, total, result }: Pick<RunProgress, 'done' | 'total' | 'result'>,
  failed: number,
  elapsedMs: number,
  columns: number,
): string {
  const cells = Math.round((BAR_CELLS * done) / total);
  const bar = `${'█'.repeat(cells)}${'░'.repeat(BAR_CELLS - cells)}`;
  const left = done < FEWEST_CASES ? '' : ` · ${duration((elapsedMs / done) * (total - done))} left`;
  const faults = failed === 0 ? '' : ` · ${failed} failed`;
  return `${bar} ${done}/${total}${faults}${left} · ${result.case.id}`.slice(0, Math.max(20, columns - 1));
}

function duration(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
