/** The thread of a shard: fingers are opened, matched and wiped here and nowhere else. Runs when loaded. */

import { parentPort, workerData } from 'node:worker_threads';
import { GalleryShard } from './shard.js';
import type { ShardAnswer, ShardJob, ShardSettings } from './shard-protocol.js';

const port = parentPort;
if (!port) throw new Error('a shard runs in a worker thread only');
const { key, parts } = workerData as ShardSettings;
const shard = new GalleryShard(key, parts);

function run(job: ShardJob): ShardAnswer {
  switch (job.kind) {
    case 'add':
      return { kind: 'add', taken: shard.add(job.fingers) };
    case 'remove':
      return { kind: 'remove', found: shard.remove(job.row) };
    case 'search':
      return { kind: 'search', scores: shard.search(job.views) };
    case 'wipe':
      shard.wipe();
      return { kind: 'wipe' };
  }
}

port.on('message', (job: ShardJob) => port.postMessage(run(job)));
port.postMessage({ kind: 'ready' } satisfies ShardAnswer);
