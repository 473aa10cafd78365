/** Judges defects in several threads. A card that does not come back costs its thread, and is a verdict. */

import { Worker } from 'node:worker_threads';
import type { DefectVerdict, SeededDefect } from '../../../conformance/index.js';
import type { WorkerInput, WorkerMessage } from './defect-worker.js';

/** A card hangs when one case takes this long, milliseconds, */
const HANGS_AFTER_MS = 60_000;
/** and this many times as long as the slowest case so far, on a machine that others use too. */
const HANGS_AFTER_TIMES = 40;

export type PoolOptions = WorkerInput & {
  readonly jobs: number;
  readonly onVerdict: (verdict: DefectVerdict) => void;
};

/** Verdicts on all defects, in their order. */
export async function judgeAll(
  defects: readonly SeededDefect[],
  options: PoolOptions,
): Promise<readonly DefectVerdict[]> {
  const verdicts = new Map<string, DefectVerdict>();
  const queue = [...defects];
  const pace: Pace = { slowestMs: 0 };
  const job = async (): Promise<void> => {
    let thread: Thread | undefined;
    for (let defect = queue.shift(); defect; defect = queue.shift()) {
      thread ??= new Thread(options, pace);
      const verdict = await thread.judge(defect);
      if (thread.ended) thread = undefined;
      verdicts.set(defect.id, verdict);
      options.onVerdict(verdict);
    }
    await thread?.end();
  };
  await Promise.all(Array.from({ length: options.jobs }, job));
  return defects.map(({ id }) => verdicts.get(id)!);
}

/** What all threads have seen of the machine's speed. */
type Pace = { slowestMs: number };

class Thread {
  private readonly worker: Worker;
  ended = false;

  constructor(
    { draw, past }: WorkerInput,
    private readonly pace: Pace,
  ) {
    this.worker = new Worker(new URL('./defect-worker.js', import.meta.url), { workerData: { draw, past } });
  }

  async end(): Promise<void> {
    this.ended = true;
    await this.worker.terminate();
  }

  judge(defect: SeededDefect): Promise<DefectVerdict> {
    const { worker, pace } = this;
    return new Promise((resolve, reject) => {
      let cases = 0;
      let current = '';
      let since = performance.now();
      let timer: NodeJS.Timeout | undefined;
      const finish = (verdict: DefectVerdict): void => {
        clearTimeout(timer);
        worker.off('message', heard).off('error', broken);
        resolve(verdict);
      };
      const lost = (reason: string): void => {
        void this.end();
        finish({ ...defect, cases, verdict: 'caught', by: current, reason });
      };
      const heard = (message: WorkerMessage): void => {
        if (message.kind === 'verdict') {
          finish(message.verdict);
          return;
        }
        const now = performance.now();
        // the first message has waited for the thread to start
        if (current !== '') pace.slowestMs = Math.max(pace.slowestMs, now - since);
        since = now;
        current = message.id;
        cases++;
        clearTimeout(timer);
        const limitMs = Math.max(HANGS_AFTER_MS, HANGS_AFTER_TIMES * pace.slowestMs);
        timer = setTimeout(() => lost('the card never answered'), limitMs);
      };
      const broken = (error: Error): void => {
        // before the first case it is the score that is broken, not the card
        if (current === '') reject(error);
        else lost(`the card took its program down: ${error.message}`);
      };
      worker.on('message', heard).on('error', broken);
      worker.postMessage(defect.id);
    });
  }
}
