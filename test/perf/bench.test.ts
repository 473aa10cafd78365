import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BenchCase, formatBenchReport, medianInterval, runBench } from '../../perf/index.js';

const SHORT = { rounds: 2, seed: 7, maxTimeSeconds: 0.001 };

describe('bench', () => {
  it('measures every case in every round, in an order that the seed decides', async () => {
    const cases: readonly BenchCase[] = ['a', 'b', 'c', 'd'].map((name) => ({ name, run: () => {} }));
    const orderOf = async (seed: number) => {
      const order: string[] = [];
      await runBench(cases, { ...SHORT, seed, onProgress: (_done, _total, name) => order.push(name) });
      return order;
    };
    const order = await orderOf(7);
    expect(order.slice(0, 4).sort()).toEqual(['a', 'b', 'c', 'd']);
    expect(order.slice(4).sort()).toEqual(['a', 'b', 'c', 'd']);
    expect(await orderOf(7)).toEqual(order);
  });

  it('reports cases in their given order with the machine, and tells host from card', async () => {
    const report = await runBench(
      [
        { name: 'sign', run: () => {}, predictedCardMs: 125.8 },
        { name: 'verify', run: () => {} },
      ],
      SHORT,
    );
    expect(report.results.map(({ name }) => name)).toEqual(['sign', 'verify']);
    expect(report.environment.benchmark).toMatch(/^\d/);
    const text = formatBenchReport(report, 'a card, native');
    expect(text).toContain('host µs: how fast the simulator runs');
    expect(text).toContain('whole commands, predicted for a card, native');
    expect(text).toMatch(/sign .*125\.8/);
    expect(text).toMatch(/verify .*no data/);
  });

  it('says how far a case moved, only where the intervals lie apart', async () => {
    const report = await runBench([{ name: 'sign', run: () => {} }], SHORT);
    const result = (low: number, high: number) => ({
      ...report.results[0]!,
      hostUs: { median: (low + high) / 2, low, high },
    });
    const moved = (then: readonly [number, number], now: readonly [number, number]) =>
      formatBenchReport({ ...report, results: [result(...now)] }, 'a card', [result(...then)]);
    expect(moved([90, 110], [100, 130])).toContain('indistinguishable');
    expect(moved([90, 110], [180, 220])).toMatch(/sign .* 100 %/);
    expect(moved([100, 100], [200, 200])).toContain('too few rounds');
    expect(formatBenchReport(report, 'a card', [])).not.toMatch(/sign .*%/);
  });

  it('waits for a case that takes its time, and measures the wait', async () => {
    let running = 0;
    const run = async (): Promise<void> => {
      expect(running++).toBe(0);
      await new Promise((resolve) => setTimeout(resolve, 2));
      running--;
    };
    const { results } = await runBench([{ name: 'reader', run, waits: true }], SHORT);
    expect(results[0]!.hostUs.median).toBeGreaterThan(1000);
  });

  it('passes on what a case throws, and what it comes to', async () => {
    const cause = new Error('card is mute');
    const failing = () => {
      throw cause;
    };
    await expect(runBench([{ name: 'broken', run: failing }], SHORT)).rejects.toThrow(/"broken"/);
    const rejecting: BenchCase = { name: 'mute', run: async () => failing(), waits: true };
    await expect(runBench([rejecting], SHORT)).rejects.toThrow(/"mute"/);
  });

  it('refuses long measurements and no rounds', async () => {
    await expect(runBench([], { ...SHORT, maxTimeSeconds: 0.5 })).rejects.toThrow(RangeError);
    await expect(runBench([], { ...SHORT, rounds: 0 })).rejects.toThrow(RangeError);
  });
});

describe('median with bootstrap interval', () => {
  it('is reproducible, ordered and inside the range of the samples', () => {
    const samples = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 6 });
    const property = fc.property(
      fc.array(samples, { minLength: 1, maxLength: 6 }),
      fc.nat(),
      (rounds, seed) => {
        const interval = medianInterval(rounds, seed);
        expect(medianInterval(rounds, seed)).toEqual(interval);
        expect(interval.low).toBeLessThanOrEqual(interval.high);
        expect(interval.low).toBeGreaterThanOrEqual(Math.min(...rounds.flat()));
        expect(interval.high).toBeLessThanOrEqual(Math.max(...rounds.flat()));
      },
    );
    fc.assert(property, { numRuns: 20, seed: 20_240_701, verbose: true });
  });

  it('is a point for equal samples', () => {
    expect(medianInterval([[3, 3], [3]], 1)).toEqual({ median: 3, low: 3, high: 3 });
  });
});
