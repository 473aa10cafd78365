/**
 * Wall-clock measurement of the simulator with the `benchmark` package. It tells how fast this program runs
 * on this machine and nothing about a card; reported, never asserted.
 */
import { cpus, loadavg } from 'node:os';
import Benchmark from 'benchmark';
import { type MedianInterval, medianInterval } from './bootstrap.js';
import { seededRandom, shuffled } from './seeded-random.js';

/**
 * One thing to measure. `run` is called many times and must leave the state as it found it; what it returns as a
 * promise, a card behind a reader, is waited for.
 */
export type BenchCase = {
  readonly name: string;
  readonly run: () => void | Promise<void>;
  /** `run` returns a promise. */
  readonly waits?: true;
  /** Predicted time of the same work on a card, ms, shown beside the measurement; null is "no data". */
  readonly predictedCardMs?: number | null;
  /** No card time is predicted for it: verification, opening, a computation without its command. */
  readonly onHost?: true;
};

export type BenchOptions = {
  /** Rounds over all cases, each in an order of its own. */
  readonly rounds: number;
  /** Seed of the order and of the bootstrap. */
  readonly seed: number;
  /** Seconds per case and round, at most 0.2. */
  readonly maxTimeSeconds?: number;
  /** Called before each measurement. */
  readonly onProgress?: (done: number, total: number, name: string) => void;
};

/** Host microseconds of one case. */
export type BenchResult = {
  readonly name: string;
  readonly hostUs: MedianInterval;
  readonly samples: number;
  readonly predictedCardMs: number | null;
  readonly onHost?: true;
};

/** Results with what is needed to judge them. */
export type BenchReport = {
  readonly results: readonly BenchResult[];
  readonly rounds: number;
  readonly seed: number;
  readonly environment: BenchEnvironment;
};

export type BenchEnvironment = {
  readonly node: string;
  readonly benchmark: string;
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  /** One-minute load average before and after. */
  readonly loadBefore: number;
  readonly loadAfter: number;
};

const MAX_TIME_SECONDS = 0.2;
const MICROSECONDS = 1e6;

/**
 * Measures the cases in interleaved rounds.
 *
 * @throws RangeError for no rounds or too long a time; Error (with cause) when a case throws
 */
export async function runBench(cases: readonly BenchCase[], options: BenchOptions): Promise<BenchReport> {
  const maxTimeSeconds = options.maxTimeSeconds ?? MAX_TIME_SECONDS;
  if (!Number.isInteger(options.rounds) || options.rounds < 1)
    throw new RangeError('rounds must be at least 1');
  if (!(maxTimeSeconds > 0 && maxTimeSeconds <= MAX_TIME_SECONDS)) {
    throw new RangeError(`maxTimeSeconds must be above 0 and at most ${MAX_TIME_SECONDS}`);
  }
  const loadBefore = loadavg()[0]!;
  const samples = await measureRounds(cases, options, maxTimeSeconds);
  return {
    results: cases.map((benchCase) => {
      const rounds = samples.get(benchCase)!;
      return {
        name: benchCase.name,
        hostUs: medianInterval(rounds, options.seed),
        samples: rounds.flat().length,
        predictedCardMs: benchCase.predictedCardMs ?? null,
        ...(benchCase.onHost && { onHost: true }),
      };
    }),
    rounds: options.rounds,
    seed: options.seed,
    environment: { ...machine(), loadBefore, loadAfter: loadavg()[0]! },
  };
}

async function measureRounds(
  cases: readonly BenchCase[],
  options: BenchOptions,
  maxTimeSeconds: number,
): Promise<ReadonlyMap<BenchCase, readonly (readonly number[])[]>> {
  const random = seededRandom(options.seed);
  const samples = new Map<BenchCase, (readonly number[])[]>(cases.map((benchCase) => [benchCase, []]));
  let done = 0;
  for (let round = 0; round < options.rounds; round += 1) {
    for (const benchCase of shuffled(cases, random)) {
      options.onProgress?.(done, options.rounds * cases.length, benchCase.name);
      samples.get(benchCase)!.push(await measureOnce(benchCase, maxTimeSeconds));
      done += 1;
    }
  }
  return samples;
}

/** One short Benchmark; its samples in microseconds per call. */
async function measureOnce(
  { name, run, waits }: BenchCase,
  maxTimeSeconds: number,
): Promise<readonly number[]> {
  // minTime keeps one sample of a fast case short, so that several fit into maxTime.
  const options = { maxTime: maxTimeSeconds, minTime: maxTimeSeconds / 5, minSamples: 5 };
  let failure: unknown;
  const benchmark = waits
    ? new Benchmark(name, {
        ...options,
        defer: true,
        fn(deferred: { resolve(): void }) {
          Promise.resolve(run())
            .catch((error: unknown) => {
              failure ??= error;
              benchmark.abort();
            })
            .finally(() => deferred.resolve());
        },
      })
    : new Benchmark(name, run, options);
  await new Promise<void>((resolve) => {
    benchmark.on('complete', () => resolve());
    benchmark.run({ async: waits === true });
  });
  // Benchmark swallows what a case throws and keeps it here.
  failure ??= benchmark.error;
  if (failure) throw new Error(`benchmark case "${name}" failed`, { cause: failure });
  return (benchmark.stats.sample as readonly number[]).map((seconds) => seconds * MICROSECONDS);
}

function machine(): Omit<BenchEnvironment, 'loadBefore' | 'loadAfter'> {
  const processors = cpus();
  return {
    node: process.version,
    benchmark: Benchmark.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
  };
}
