/**
 * Rates of the simulator on this machine: batches in interleaved rounds, by the clock on the wall and
 * by the processor time of the process. The second is what one core needs, whoever else is busy.
 */

import { type MedianInterval, medianInterval } from '../../../perf/index.js';

export type RateCase = {
  readonly name: string;
  /** Most microseconds that an operation may take to reach the project's target. */
  readonly targetUs?: number;
  /** Operations that are done together, such as a batch (1). */
  readonly operations?: number;
  /** Does the operation, or all that are done together, `times` times. */
  readonly run: (times: number) => void;
};

/** Microseconds for one operation. */
export type RateResult = {
  readonly name: string;
  readonly targetUs: number | null;
  readonly wallUs: MedianInterval;
  readonly cpuUs: MedianInterval;
  readonly samples: number;
  readonly operations: number;
};

type Sample = { readonly wallUs: number; readonly cpuUs: number };

const BATCH_US = 20_000;
const BATCHES_PER_ROUND = 5;

function measureBatch(run: (times: number) => void, times: number): Sample {
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  run(times);
  const wallUs = Number(process.hrtime.bigint() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { wallUs: wallUs / times, cpuUs: (user + system) / times };
}

/** Operations that fill one batch, found after the compiler has seen the code. */
function batchSize(run: (times: number) => void): number {
  for (let times = 1; ; times *= 2) {
    const { wallUs } = measureBatch(run, times);
    if (wallUs * times >= 10 * BATCH_US) return Math.max(1, Math.round(BATCH_US / wallUs));
  }
}

/** Measures all cases in `rounds` rounds, every other one in reverse order. */
export function measureRates(
  cases: readonly RateCase[],
  rounds: number,
  seed: number,
  onProgress: (text: string) => void = () => undefined,
): readonly RateResult[] {
  const prepared = cases.map((one) => ({ one, times: batchSize(one.run), rounds: [] as Sample[][] }));
  for (let round = 0; round < rounds; round++) {
    onProgress(`round ${round + 1} of ${rounds}`);
    for (const entry of round % 2 === 0 ? prepared : [...prepared].reverse()) {
      const samples = Array.from({ length: BATCHES_PER_ROUND }, () =>
        measureBatch(entry.one.run, entry.times),
      );
      entry.rounds.push(samples);
    }
  }
  return prepared.map(({ one, times, rounds: samples }) => ({
    name: one.name,
    targetUs: one.targetUs ?? null,
    wallUs: medianInterval(
      samples.map((round) => round.map(({ wallUs }) => wallUs / (one.operations ?? 1))),
      seed,
    ),
    cpuUs: medianInterval(
      samples.map((round) => round.map(({ cpuUs }) => cpuUs / (one.operations ?? 1))),
      seed,
    ),
    samples: samples.flat().length,
    operations: samples.flat().length * times * (one.operations ?? 1),
  }));
}
