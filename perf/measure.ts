/** Times commands on a card, whatever reaches it: median, interval, outliers, and what every command pays. */
import type { CardConnection } from '../reader-drivers/index.js';
import { type MedianInterval, median, medianInterval } from './bootstrap.js';

/** One command of a script. */
export type ScriptedCommand = { readonly name: string; readonly bytes: Uint8Array };

export type MeasureOptions = {
  /** Times that the whole script is sent. */
  readonly rounds: number;
  /** Seed of the bootstrap. */
  readonly seed: number;
  /** A clock in ms that never goes back. */
  readonly nowMs: () => number;
  /** A command that does as little as possible; without it the shortest of the script stands for it. */
  readonly echo?: ScriptedCommand;
};

export type MeasuredCommand = {
  readonly name: string;
  /** Bytes of the command. */
  readonly length: number;
  readonly responseLength: number;
  /** Last status word that it was answered with. */
  readonly sw: number;
  readonly samplesMs: readonly number[];
  readonly ms: MedianInterval;
  /** Samples further from the median than three normal standard deviations, estimated robustly. */
  readonly outliers: number;
  /** Median less {@link Measurement.constantMs}: what the command takes beyond wire and reader. */
  readonly beyondConstantMs: number;
};

export type Measurement = {
  readonly commands: readonly MeasuredCommand[];
  /** Wire, reader and host of a short command, ms. */
  readonly constantMs: number;
  /** Which command the constant was read off. */
  readonly constantFrom: string;
};

/** @throws {RangeError} for no rounds or no commands; TransportError when the card is lost. */
export async function measureCommands(
  connection: Pick<CardConnection, 'transmit' | 'reset'>,
  script: readonly ScriptedCommand[],
  { rounds, seed, nowMs, echo }: MeasureOptions,
): Promise<Measurement> {
  if (!Number.isInteger(rounds) || rounds < 1) throw new RangeError('rounds must be at least 1');
  if (script.length === 0) throw new RangeError('the script has no command');
  const all = echo ? [echo, ...script] : script;
  const samples = all.map((): number[] => []);
  const responses = all.map(() => new Uint8Array(0));
  for (let round = 0; round < rounds; round++) {
    // Every round starts from the same state, so that the same commands meet the same card.
    await connection.reset();
    for (const [index, { bytes }] of all.entries()) {
      const before = nowMs();
      responses[index] = Uint8Array.from(await connection.transmit(bytes));
      samples[index]!.push(nowMs() - before);
    }
  }
  const medians = samples.map(median);
  const shortest = medians.indexOf(Math.min(...medians));
  const constant = echo ? 0 : shortest;
  const constantMs = medians[constant]!;
  const measured = all.map(({ name, bytes }, index): MeasuredCommand => {
    const own = samples[index]!;
    const response = responses[index]!;
    return {
      name,
      length: bytes.length,
      responseLength: response.length,
      sw: (response.at(-2)! << 8) | response.at(-1)!,
      samplesMs: own,
      ms: medianInterval(
        own.map((sample) => [sample]),
        seed,
      ),
      outliers: outliersIn(own),
      beyondConstantMs: medians[index]! - constantMs,
    };
  });
  return {
    commands: echo ? measured.slice(1) : measured,
    constantMs,
    constantFrom: all[constant]!.name,
  };
}

/** Standard deviations per median absolute deviation of a normal distribution. */
const NORMAL_MAD = 1.4826;

function outliersIn(samples: readonly number[]): number {
  const middle = median(samples);
  const spread = NORMAL_MAD * median(samples.map((sample) => Math.abs(sample - middle)));
  return samples.filter((sample) => Math.abs(sample - middle) > 3 * spread).length;
}

/** Every sample as a row `operation,length,ms`, and the constant as the operation `host`: what `calibrate` reads. */
export function measurementCsv({ commands, constantMs }: Measurement): string {
  const quoted = (name: string) => (/[",]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name);
  const rows = commands.flatMap(({ name, length, samplesMs }) =>
    samplesMs.map((ms) => `${quoted(name)},${length},${ms.toFixed(4)}`),
  );
  return ['operation,length,ms', `host,0,${constantMs.toFixed(4)}`, ...rows, ''].join('\n');
}
