/** A shard in a thread of its own. */

import { Worker } from 'node:worker_threads';
import type { FingerView } from '../format/finger-record.js';
import type { ShardDoor } from './gallery.js';
import type { ShardFinger, ShardScore } from './shard.js';
import type { ShardAnswer, ShardJob, ShardSettings } from './shard-protocol.js';

/** The thread ended under a job or before it: nothing is known about what was asked. */
export class ShardLostError extends Error {
  override readonly name = 'ShardLostError';

  constructor(options?: ErrorOptions) {
    super('a thread of the fingerprint gallery ended', options);
  }
}

type Waiting = {
  readonly resolve: (answer: ShardAnswer) => void;
  readonly reject: (error: ShardLostError) => void;
};

export class WorkerShard implements ShardDoor {
  private readonly waiting: Waiting[] = [];
  private lost: ShardLostError | undefined;

  private constructor(private readonly worker: Worker) {
    worker.on('message', (answer: ShardAnswer) => this.waiting.shift()?.resolve(answer));
    worker.on('error', (cause) => this.lose(new ShardLostError({ cause })));
    worker.on('exit', () => this.lose(new ShardLostError()));
  }

  /** Resolves when the thread takes jobs. @throws {ShardLostError} */
  static async start(settings: ShardSettings, workerUrl?: URL): Promise<WorkerShard> {
    const url = workerUrl ?? new URL('./shard-worker.js', import.meta.url);
    const shard = new WorkerShard(new Worker(url, { workerData: settings }));
    await shard.next();
    return shard;
  }

  async add(fingers: readonly ShardFinger[]): Promise<readonly boolean[]> {
    const answer = await this.ask({ kind: 'add', fingers });
    return answer.kind === 'add' ? answer.taken : outOfOrder();
  }

  async remove(row: string): Promise<boolean> {
    const answer = await this.ask({ kind: 'remove', row });
    return answer.kind === 'remove' ? answer.found : outOfOrder();
  }

  async search(views: readonly FingerView[]): Promise<readonly ShardScore[]> {
    const answer = await this.ask({ kind: 'search', views });
    return answer.kind === 'search' ? answer.scores : outOfOrder();
  }

  async close(): Promise<void> {
    if (!this.lost) await this.ask({ kind: 'wipe' });
    await this.worker.terminate();
  }

  private ask(job: ShardJob): Promise<ShardAnswer> {
    if (this.lost) return Promise.reject(this.lost);
    const answer = this.next();
    this.worker.postMessage(job);
    return answer;
  }

  private next(): Promise<ShardAnswer> {
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  private lose(error: ShardLostError): void {
    this.lost ??= error;
    for (const { reject } of this.waiting.splice(0)) reject(this.lost);
  }
}

function outOfOrder(): never {
  throw new Error('a shard answered another job than it was given');
}
