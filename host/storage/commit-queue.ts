/**
 * Transactions that wait are written together under one commit: while one is being made durable, those
 * that arrive gather for the next. None is acknowledged before its commit.
 */

import type { Sql } from './store.js';

/** A transaction that waits. */
export type Job = {
  readonly work: (tx: Sql) => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (cause: unknown) => void;
};

export class CommitQueue {
  private readonly waiting: Job[] = [];
  private working: Promise<void> | undefined;

  constructor(
    /** Beyond this a transaction waits for the next commit. */
    private readonly mostAtOnce: number,
    /** Settles every job; never rejects. */
    private readonly commit: (jobs: readonly Job[]) => Promise<void>,
  ) {}

  add<T>(work: (tx: Sql) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.waiting.push({ work, resolve: resolve as (value: unknown) => void, reject });
      this.working ??= this.drain();
    });
  }

  /** Resolves when nothing waits. */
  async whenEmpty(): Promise<void> {
    await this.working;
  }

  private async drain(): Promise<void> {
    // One turn, so that what arrives together is written together.
    await Promise.resolve();
    while (this.waiting.length > 0) await this.commit(this.waiting.splice(0, this.mostAtOnce));
    this.working = undefined;
  }
}
