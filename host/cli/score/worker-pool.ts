/** Judges defects in several threads. A card that does not come back costs its thread, and is a verdict. */

import { Worker } from 'node:worker_threads';
import type { DefectVerdict, SeededDefect } from '../../../conformance/index.js';
import type { WorkerInput, WorkerMessage } from './defect-worker.js';

/** A case that takes longer than this has met a card that hangs, milliseconds. */
const HANGS_AFTER_MS = 60_000;

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
  const job = async (): Promise<void> => {
    let thread: Thread | undefined;
    for (let defect = queue.shift(); defect; defect = queue.shift()) {
      thread ??= new Thread(options);
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

class Thread {
  private readonly worker: Worker;
  ended = false;

  constructor({ draw, past }: WorkerInput) {
    this.worker = new Worker(new URL('./defect-worker.js', import.meta.url), { workerData: { draw, past } });
  }

  async end(): Promise<void> {
    this.ended = true;
    await this.worker.terminate();
  }

  judge(defect: SeededDefect): Promise<DefectVerdict> {
    const { worker } = this;
    return new Promise((resolve) => {
      let cases = 0;
      let current = '';
      let timer: NodeJS.Timeout;
      const finish = (verdict: DefectVerdict): void => {
        clearTimeout(timer);
        worker.removeAllListeners();
        resolve(verdict);
      };
      const lost = (reason: string): void => {
        void this.end();
        const { group, category, title, where, changesTable, id } = defect;
        const seen = { id, group, category, title, where, changesTable };
        finish({ ...seen, cases, verdict: 'caught', by: current, reason });
      };
      const wait = (): void => {
        clearTimeout(timer);
        timer = setTimeout(() => lost('the card never answered'), HANGS_AFTER_MS);
      };
      worker.on('message', (message: WorkerMessage) => {
        if (message.kind === 'verdict') return finish(message.verdict);
        current = message.id;
        cases++;
        wait();
      });
      worker.on('error', (error) => lost(`the card took its program down: ${error.message}`));
      wait();
      worker.postMessage(defect.id);
    });
  }
}
