import { describe, expect, test } from 'vitest';
import { signGroup } from '../../../applet/index.js';
import {
  GroupVerifierPool,
  systemRng,
  VerifierPoolError,
  type VerifierPoolFault,
  type VerifierPoolOptions,
  VerifierThreads,
} from '../../../host/index.js';
import { type Group, group, member, SIGNED } from './group-fixture.js';

const bls = await group('bls12381', 71);
const bn = await group('bn254', 72);
/** Threads cannot run TypeScript; the compiled worker is brought up to date before the tests. */
const WORKER = new URL('../../../dist/host/crypto/group-signature/verifier-worker.js', import.meta.url);

const settings = (to: Group, change: Partial<VerifierPoolOptions> = {}): VerifierPoolOptions => {
  return { curve: to.suite.curve.name, key: to.keys.published, workers: 2, workerUrl: WORKER, ...change };
};

async function started(options: VerifierPoolOptions): Promise<GroupVerifierPool> {
  const result = await GroupVerifierPool.start(options);
  if (!result.ok) throw new Error(result.reason);
  return result.pool;
}

async function signatures(to: Group, count: number) {
  const { coprocessor, key } = await member(to, 1);
  return Array.from({ length: count }, (_, i) => {
    return { ...SIGNED, signature: signGroup(coprocessor, to.suite, key, SIGNED, 90 + i)! };
  });
}

const threads = () => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
const rejectedWith = (code: VerifierPoolFault) => expect.objectContaining({ code });
/** A thread that is ready and ends at its first job. */
const DYING = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', () => process.exit(1));
    parentPort.postMessage({ kind: 'ready' });
  `)}`,
);

describe('the verifier pool', () => {
  test.each([
    ['BLS12-381', bls],
    ['BN', bn],
  ])('verifies single and in batches on %s', async (_, to) => {
    const pool = await started(settings(to));
    try {
      const good = await signatures(to, 5);
      const bad = { ...good[0]!, domain: 'IMIS-v1/gs/eq10' };
      const verdicts = await Promise.all([...good, bad].map((signed) => pool.verify(signed)));
      expect(verdicts).toEqual([...good, bad].map((signed) => to.verifier.verify(signed)));
      const items = [...good, bad].map((signed) => ({ sender: 'a', signed }));
      const batch = await pool.verifyBatch(items, 8);
      expect(batch.verdicts).toEqual(verdicts);
    } finally {
      await pool.stop();
    }
  });

  test('finishes what it has before it stops, then takes nothing', async () => {
    const before = threads();
    const pool = await started(settings(bls));
    expect(threads()).toBeGreaterThan(before);
    const pending = (await signatures(bls, 6)).map((signed) => pool.verify(signed));
    const [signed] = await signatures(bls, 1);
    const stopped = pool.stop();
    await expect(pool.verify(signed!)).rejects.toEqual(rejectedWith('stopped'));
    expect(await Promise.all(pending)).toEqual(Array(6).fill({ ok: true }));
    await stopped;
    await pool.stop();
    expect(threads()).toBe(before);
  });

  test('refuses a key as the verifier does, and leaves no thread', async () => {
    const before = threads();
    const key = { ...bls.keys.published, proof: new Uint8Array(95) };
    expect(await GroupVerifierPool.start(settings(bls, { key }))).toEqual({ ok: false, reason: 'proof' });
    expect(await GroupVerifierPool.start(settings(bls, { curve: 'bn254' }))).toEqual({
      ok: false,
      reason: 'suite',
    });
    expect(threads()).toBe(before);
  });

  test('is overloaded beyond its queue', async () => {
    const pool = await started(settings(bls, { workers: 1, queueLength: 1 }));
    const [signed] = await signatures(bls, 1);
    const jobs = await Promise.allSettled([1, 2, 3].map(() => pool.verify(signed!)));
    expect(jobs.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(jobs[2]).toMatchObject({ reason: { code: 'overloaded' } });
    await pool.stop();
  });

  test('says so when a thread is lost: no verdict, no hanging job', async () => {
    const pool = await started(settings(bls, { workers: 1, workerUrl: DYING }));
    const [signed] = await signatures(bls, 1);
    const jobs = await Promise.allSettled([pool.verify(signed!), pool.verify(signed!)]);
    for (const job of jobs) expect(job).toMatchObject({ reason: { code: 'worker-lost' } });
    await expect(pool.verify(signed!)).rejects.toBeInstanceOf(VerifierPoolError);
    await pool.stop();
  });

  test('does not start without its worker, nor with none', async () => {
    const before = threads();
    const workerUrl = new URL('./nowhere.js', import.meta.url);
    await expect(GroupVerifierPool.start(settings(bls, { workerUrl }))).rejects.toEqual(
      rejectedWith('worker-lost'),
    );
    await expect(GroupVerifierPool.start(settings(bls, { workers: 0 }))).rejects.toThrow(RangeError);
    expect(threads()).toBe(before);
  });
});

describe('the threads of a service', () => {
  const judged = async (worker: URL) => {
    const beside = new VerifierThreads(systemRng, worker);
    try {
      const engine = beside.engineFor(bls.verifier, bls.keys.published);
      const good = await signatures(bls, 3);
      const bad = { ...good[0]!, domain: 'IMIS-v1/gs/eq10' };
      const batch = await engine.verifyBatch([...good, bad].map((signed) => ({ sender: 'a', signed })));
      return [...batch, await engine.verify(good[1]!), await engine.verify(bad)].map(({ ok }) => ok);
    } finally {
      await beside.stop();
    }
  };
  const expected = [true, true, true, false, true, false];

  test('judge as the service itself does', async () => {
    expect(await judged(WORKER)).toEqual(expected);
  });

  test('lost under a batch: the service verifies it itself', async () => {
    expect(await judged(DYING)).toEqual(expected);
  });
});
