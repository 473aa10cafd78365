/**
 * Group signatures that wait are verified together: while one batch is being worked on, those that arrive
 * gather for the next one. A signature that waits alone is verified alone.
 */

import {
  type BatchItem,
  type BatchVerdict,
  type GroupSignatureVerdict,
  type GroupVerifierPool,
  type MclGroupVerifier,
  type PublishedGroupKey,
  type SignedStatement,
  verifyBatch,
} from '../crypto/group-signature/index.js';
import type { Rng } from '../crypto/random.js';

/** What does the work: this process, or a pool of worker threads. */
export interface VerificationEngine {
  verify(signed: SignedStatement): GroupSignatureVerdict | Promise<GroupSignatureVerdict>;
  verifyBatch(items: readonly BatchItem[]): readonly BatchVerdict[] | Promise<readonly BatchVerdict[]>;
}

/** Makes what verifies under the key of one epoch. */
export type EngineFor = (verifier: MclGroupVerifier, key: PublishedGroupKey) => VerificationEngine;

/** Verification in this process. */
export function localEngine(verifier: MclGroupVerifier, rng: Rng): VerificationEngine {
  return {
    verify: (signed) => verifier.verify(signed),
    verifyBatch: (items) => verifyBatch(verifier, items, { rng }).verdicts,
  };
}

/** Verification in worker threads. */
export function poolEngine(pool: GroupVerifierPool): VerificationEngine {
  return {
    verify: (signed) => pool.verify(signed),
    verifyBatch: async (items) => (await pool.verifyBatch(items)).verdicts,
  };
}

/** Beyond this a batch gains nothing, and its first signature waits for its last. */
const MOST_AT_ONCE = 128;

type Waiting = {
  readonly item: BatchItem;
  readonly resolve: (verdict: BatchVerdict) => void;
  readonly reject: (cause: unknown) => void;
};

/** The signatures of one epoch. */
export class BatchingVerifier {
  private readonly waiting: Waiting[] = [];
  private working = false;

  constructor(private readonly engine: VerificationEngine) {}

  /** `sender` is who sent it, by the channel it came on: bad signatures cost their sender's share of the work only. */
  verify(sender: string, signed: SignedStatement): Promise<BatchVerdict> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item: { sender, signed }, resolve, reject });
      if (!this.working) void this.work();
    });
  }

  private async work(): Promise<void> {
    this.working = true;
    // One turn, so that what arrives together is taken together.
    await Promise.resolve();
    for (;;) {
      const batch = this.waiting.splice(0, MOST_AT_ONCE);
      if (batch.length === 0) break;
      try {
        const items = batch.map(({ item }) => item);
        const [only] = items;
        const verdicts =
          items.length === 1
            ? [await this.engine.verify(only!.signed)]
            : await this.engine.verifyBatch(items);
        for (const [i, { resolve }] of batch.entries()) resolve(verdicts[i]!);
      } catch (cause) {
        for (const { reject } of batch) reject(cause);
      }
    }
    this.working = false;
  }
}
