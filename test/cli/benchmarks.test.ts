/** The benchmarks do what they say they measure; how fast, they tell only when they are run on their own. */

import { describe, expect, it } from 'vitest';
import { formatBenchmarks, groupCases, measureRates, rateCases, takeCensus } from '../../host/cli/index.js';
import { SEED } from '../apdu/seed.js';

describe('the population', () => {
  const cards = 60;
  const full = 4;
  let collections = 0;
  const census = takeCensus({
    cards,
    full,
    seed: SEED,
    collectGarbage() {
      collections++;
    },
  });

  it('has no two cards alike, each with its own pseudonym, two records and one prescription', () => {
    expect(census.distinctImages).toBe(cards);
    expect(census.readBack).toBe(cards);
  });

  it('looks at memory before the first card and five times on the way', () => {
    expect(census.memory.map((point) => point.cards)).toEqual([0, 12, 24, 36, 48, 60]);
    expect(collections).toBe(6);
  });
});

// verification, batches and openings of each engine there is; cases throw when a signature is refused
const groups = await groupCases(SEED);

describe('the rates', () => {
  const cases = [...rateCases(SEED), ...groups];

  it.each(cases.map((one) => [one.name, one] as const))('%s: every operation is answered', (_name, one) => {
    one.run(3);
    one.run(1);
  });

  it('count what they ran and hold their medians within their intervals', () => {
    let ran = 0;
    const busy = {
      name: 'busy',
      targetUs: 1,
      run(times: number) {
        ran += times;
        let value = 1;
        for (let i = 0; i < 1_000 * times; i++) value = Math.imul(value, 1_664_525) + 1;
        if (value === 0.5) throw new Error('unreachable');
      },
    };
    const [result] = measureRates([busy], 2, SEED);
    expect(result!.samples).toBe(10);
    expect(result!.operations).toBeLessThan(ran);
    for (const interval of [result!.wallUs, result!.cpuUs]) {
      expect(interval.low).toBeLessThanOrEqual(interval.median);
      expect(interval.high).toBeGreaterThanOrEqual(interval.median);
    }
    const text = formatBenchmarks({
      environment: {
        version: '0',
        node: 'v0',
        openssl: '0',
        platform: 'p',
        cpu: 'c',
        cores: 1,
        loadBefore: 0,
        loadAfter: 0,
      },
      seed: SEED,
      rounds: 2,
      rates: [result!],
      census: null,
    });
    expect(text).toContain('busy');
  });
});
