/** Processor time of a PostgreSQL server on this machine, so that a figure per visit holds everything that worked for it. */

import { readFileSync } from 'node:fs';
import type { Store } from '../../index.js';

/** USER_HZ of Linux, in which /proc/PID/stat counts. */
const TICKS_A_SECOND = 100;
/** Of user and system time among the fields that follow the program's name (proc(5), fields 14 and 15). */
const [USER_TIME, SYSTEM_TIME] = [11, 12];

/**
 * Seconds that the processes of the server have used so far; `undefined` for a store without a server, or
 * one whose processes are not this machine's.
 */
export async function databaseCpuSeconds(store: Store): Promise<number | undefined> {
  const processes = await store
    .all<{ readonly pid: number }>('SELECT pid FROM pg_stat_activity')
    .catch(() => undefined);
  if (!processes) return undefined;
  try {
    return processes.reduce((sum, { pid }) => sum + cpuSecondsOf(pid), 0);
  } catch {
    return undefined;
  }
}

/** @throws {Error} for a process that is not there, or is no server of PostgreSQL. */
function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  if (!stat.includes('(postgres)')) throw new Error(`process ${pid} is no PostgreSQL`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[USER_TIME]) + Number(fields[SYSTEM_TIME])) / TICKS_A_SECOND;
}
