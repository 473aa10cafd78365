/** Verification of group signatures beside the service's own thread, for every epoch that is asked about. */

import {
  GroupVerifierPool,
  type MclGroupVerifier,
  type PublishedGroupKey,
  VerifierPoolError,
} from '../crypto/group-signature/index.js';
import type { Rng } from '../crypto/random.js';
import { localEngine, poolEngine, type VerificationEngine } from './batching-verifier.js';

/** One thread for each epoch: batches are taken one after the other, so more would wait for it. */
const WORKERS = 1;

export class VerifierThreads {
  private readonly pools: Promise<GroupVerifierPool>[] = [];

  constructor(
    private readonly rng: Rng,
    /** The compiled worker, where it does not stand in its place. */
    private readonly workerUrl?: URL,
  ) {}

  /** Verifies in a thread; when that is lost, in the thread that asks, for a service goes on. */
  readonly engineFor = (verifier: MclGroupVerifier, key: PublishedGroupKey): VerificationEngine => {
    const { epoch, publicKey, proof } = key;
    const pool = startPool({
      curve: verifier.curve.parameters.name,
      key: { epoch, publicKey, proof },
      workers: WORKERS,
      ...(this.workerUrl ? { workerUrl: this.workerUrl } : {}),
    });
    // whoever asks sees the failure; it is none before that
    pool.catch(() => undefined);
    this.pools.push(pool);
    const own = localEngine(verifier, this.rng);
    const first = async <T>(work: (engine: VerificationEngine) => T | Promise<T>): Promise<T> => {
      try {
        return await work(poolEngine(await pool));
      } catch (error) {
        if (error instanceof VerifierPoolError) return work(own);
        throw error;
      }
    };
    return {
      verify: (signed) => first((engine) => engine.verify(signed)),
      verifyBatch: (items) => first((engine) => engine.verifyBatch(items)),
    };
  };

  /** Every thread finishes what it has and ends. */
  async stop(): Promise<void> {
    const started = await Promise.allSettled(this.pools);
    await Promise.all(started.map((one) => (one.status === 'fulfilled' ? one.value.stop() : undefined)));
  }
}

async function startPool(options: Parameters<typeof GroupVerifierPool.start>[0]): Promise<GroupVerifierPool> {
  const started = await GroupVerifierPool.start(options);
  // the service has loaded the same key in its own thread
  if (!started.ok) throw new Error(`a thread refuses the group key: ${started.reason}`);
  return started.pool;
}
