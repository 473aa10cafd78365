/**
 * Verification in worker threads, so that a service answers while it verifies. Every worker holds a
 * module instance, and so a curve, of its own.
 */

import { Worker } from 'node:worker_threads';
import type { BatchItem, BatchResult } from './batch.js';
import type { GroupKeyFault, GroupSignatureVerdict, SignedStatement } from './group-verifier.js';
import type { WorkerAnswer, WorkerJob, WorkerSettings } from './worker-protocol.js';

export type VerifierPoolOptions = WorkerSettings & {
  /** Threads, at least one. */
  readonly workers: number;
  /** Jobs that may wait; more are refused as `overloaded` (1,024). */
  readonly queueLength?: number;
  /** The compiled worker, where it does not stand beside this file. */
  readonly workerUrl?: URL;
};

export type VerifierPoolFault =
  /** The pool was stopped before the job was handed in. */
  | 'stopped'
  /** The queue is full. */
  | 'overloaded'
  /** The thread ended under the job, or no thread is left. Nothing is known of the signature. */
  | 'worker-lost';

export class VerifierPoolError extends Error {
  override readonly name = 'VerifierPoolError';

  constructor(
    readonly code: VerifierPoolFault,
    options?: ErrorOptions,
  ) {
    super(`verifier pool: ${code}`, options);
  }
}

export type StartedVerifierPool =
  | { readonly ok: true; readonly pool: GroupVerifierPool }
  | { readonly ok: false; readonly reason: GroupKeyFault };

type Job = {
  readonly job: WorkerJob;
  readonly resolve: (result: never) => void;
  readonly reject: (error: VerifierPoolError) => void;
};
type Thread = { readonly worker: Worker; current: Job | undefined; fault: unknown };

/** Threads that verify under one group key. */
export class GroupVerifierPool {
  private readonly queue: Job[] = [];
  private readonly threads = new Set<Thread>();
  private stopping: Promise<void> | undefined;
  private onIdle: (() => void) | undefined;

  private constructor(private readonly queueLength: number) {}

  /**
   * Starts all threads; each has checked the key when this resolves.
   * @throws {VerifierPoolError} `worker-lost` when a thread does not start.
   */
  static async start(options: VerifierPoolOptions): Promise<StartedVerifierPool> {
    const { curve, key, workers, queueLength = 1024, workerUrl } = options;
    if (!Number.isInteger(workers) || workers < 1) throw new RangeError('a pool has at least one worker');
    const url = workerUrl ?? new URL('./verifier-worker.js', import.meta.url);
    const pool = new GroupVerifierPool(queueLength);
    const settings: WorkerSettings = { curve, key };
    const started = Array.from({ length: workers }, () =>
      pool.launch(new Worker(url, { workerData: settings })),
    );
    const outcomes = await Promise.allSettled(started);
    const lost = outcomes.find((outcome) => outcome.status === 'rejected');
    const reasons = outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : undefined));
    const reason = reasons.find((value) => value !== undefined);
    if (lost || reason) await pool.stop();
    if (lost) throw lost.reason;
    return reason ? { ok: false, reason } : { ok: true, pool };
  }

  /** @throws {VerifierPoolError} */
  verify(signed: SignedStatement): Promise<GroupSignatureVerdict> {
    return this.submit<GroupSignatureVerdict>({ kind: 'verify', signed });
  }

  /** A batch is one thread's job, with the system's random numbers. @throws {VerifierPoolError} */
  verifyBatch(items: readonly BatchItem[], productsPerSender?: number): Promise<BatchResult> {
    return this.submit<BatchResult>({ kind: 'batch', items, productsPerSender });
  }

  /** Takes no more jobs, finishes those it has, ends every thread; resolves when none is left. */
  stop(): Promise<void> {
    this.stopping ??= this.drain();
    return this.stopping;
  }

  private async drain(): Promise<void> {
    if (this.busy()) {
      await new Promise<void>((resolve) => {
        this.onIdle = resolve;
      });
    }
    await Promise.all([...this.threads].map(({ worker }) => worker.terminate()));
  }

  private busy(): boolean {
    return this.queue.length > 0 || [...this.threads].some(({ current }) => current !== undefined);
  }

  private submit<R>(job: WorkerJob): Promise<R> {
    if (this.stopping) return Promise.reject(new VerifierPoolError('stopped'));
    if (this.threads.size === 0) return Promise.reject(new VerifierPoolError('worker-lost'));
    if (this.queue.length >= this.queueLength) return Promise.reject(new VerifierPoolError('overloaded'));
    return new Promise<R>((resolve, reject) => {
      this.queue.push({ job, resolve, reject });
      this.dispatch();
    });
  }

  private dispatch(): void {
    for (const thread of this.threads) {
      if (thread.current) continue;
      const next = this.queue.shift();
      if (!next) break;
      thread.current = next;
      thread.worker.postMessage(next.job);
    }
    if (!this.busy()) this.onIdle?.();
  }

  /** Resolves when the thread is ready (`undefined`) or has refused the key; rejects when it ends before. */
  private launch(worker: Worker): Promise<GroupKeyFault | undefined> {
    const thread: Thread = { worker, current: undefined, fault: undefined };
    this.threads.add(thread);
    worker.on('error', (error) => {
      thread.fault = error;
    });
    return new Promise((resolve, reject) => {
      worker.on('message', (message: WorkerAnswer) => {
        if (message.kind === 'done') this.finish(thread, message.result);
        else resolve(message.kind === 'refused' ? message.reason : undefined);
      });
      worker.on('exit', () => {
        const lost = new VerifierPoolError('worker-lost', { cause: thread.fault });
        this.lose(thread, lost);
        reject(lost);
      });
    });
  }

  private finish(thread: Thread, result: GroupSignatureVerdict | BatchResult): void {
    const done = thread.current;
    thread.current = undefined;
    // the answer's type is that of the job's kind
    done?.resolve(result as never);
    this.dispatch();
  }

  private lose(thread: Thread, lost: VerifierPoolError): void {
    this.threads.delete(thread);
    thread.current?.reject(lost);
    thread.current = undefined;
    if (this.threads.size === 0) for (const { reject } of this.queue.splice(0)) reject(lost);
    this.dispatch();
  }
}
