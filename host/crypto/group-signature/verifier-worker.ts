/** A worker thread of the verifier pool: one curve, one group key, one job at a time. Runs when loaded. */

import { parentPort, workerData } from 'node:worker_threads';
import { loadHostCurve } from '../native/load-curve.js';
import { systemRng } from '../random.js';
import { verifyBatch } from './batch.js';
import type { MclGroupVerifier } from './group-verifier.js';
import { loadGroupVerifier } from './schemes.js';
import type { WorkerAnswer, WorkerJob, WorkerSettings } from './worker-protocol.js';

const port = parentPort;
if (!port) throw new Error('the verifier worker runs in a worker thread only');
const { curve, key } = workerData as WorkerSettings;
const answer = (message: WorkerAnswer): void => port.postMessage(message);

const loaded = loadGroupVerifier(await loadHostCurve(curve), key);
if (loaded.ok) {
  const { verifier } = loaded;
  port.on('message', (job: WorkerJob) => answer({ kind: 'done', result: run(verifier, job) }));
  answer({ kind: 'ready' });
} else {
  answer({ kind: 'refused', reason: loaded.reason });
}

function run(verifier: MclGroupVerifier, job: WorkerJob) {
  if (job.kind === 'verify') return verifier.verify(job.signed);
  const { items, productsPerSender } = job;
  return verifyBatch(verifier, items, {
    rng: systemRng,
    ...(productsPerSender === undefined ? {} : { productsPerSender }),
  });
}
