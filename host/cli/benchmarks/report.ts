/** What the benchmarks found, as text. */

import { formatTable } from '../../../perf/index.js';
import type { CensusResult } from './census.js';
import type { RateResult } from './measure.js';

export type BenchmarkDocument = {
  readonly environment: {
    readonly version: string;
    readonly node: string;
    readonly openssl: string;
    readonly platform: string;
    readonly cpu: string;
    readonly cores: number;
    readonly loadBefore: number;
    readonly loadAfter: number;
  };
  readonly seed: number;
  readonly rounds: number;
  readonly rates: readonly RateResult[];
  readonly census: CensusResult | null;
};

/** Targets of the census. */
export const CENSUS_TARGET = { seconds: 180, bytes: 2 ** 30 } as const;

const RATE_COLUMNS = [
  { title: 'operation', align: 'left' },
  { title: 'µs of one core', align: 'right' },
  { title: '95 % interval', align: 'right' },
  { title: 'per second', align: 'right' },
  { title: 'µs on the wall', align: 'right' },
  { title: '95 % interval', align: 'right' },
  { title: 'target µs', align: 'right' },
  { title: 'reached', align: 'left' },
] as const;

const us = (value: number): string => value.toFixed(value < 10 ? 2 : 1);
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

const gibibytesOfMillion = (bytes: number): string => ((bytes * 1e6) / 2 ** 30).toFixed(1);

function reached(value: number, target: number | null): string {
  if (target === null) return '';
  return value <= target ? 'yes' : 'no';
}

/** Tables and sentences for a terminal. */
export function formatBenchmarks({ environment, seed, rounds, rates, census }: BenchmarkDocument): string {
  const rows = rates.map(({ name, cpuUs, wallUs, targetUs }) => [
    name,
    us(cpuUs.median),
    `${us(cpuUs.low)} – ${us(cpuUs.high)}`,
    Math.round(1e6 / cpuUs.median).toLocaleString('en'),
    us(wallUs.median),
    `${us(wallUs.low)} – ${us(wallUs.high)}`,
    targetUs === null ? '' : us(targetUs),
    targetUs === null
      ? ''
      : `core ${reached(cpuUs.median, targetUs)}, wall ${reached(wallUs.median, targetUs)}`,
  ]);
  const { node, openssl, platform, cpu, cores, loadBefore, loadAfter, version } = environment;
  return [
    'How fast the simulator runs on this machine, the meter always on; it says nothing about a card.',
    ...(rates.length === 0
      ? []
      : [formatTable(RATE_COLUMNS, rows), `${rounds} interleaved rounds, medians over all samples.`]),
    ...(census ? censusLines(census) : []),
    `imis-card ${version}, Node ${node}, OpenSSL ${openssl}, ${platform}, ${cores} × ${cpu}, seed ${seed}, load ${loadBefore.toFixed(2)} before and ${loadAfter.toFixed(2)} after.`,
    '',
  ].join('\n');
}

function censusLines(census: CensusResult): string[] {
  const { cards, seconds, cpuSeconds, memory, bytesPerCard, residentBytesPerCard } = census;
  const end = memory.at(-1)!;
  const count = (value: number) => value.toLocaleString('en');
  return [
    '',
    `${count(cards)} cards alive: ${seconds.toFixed(0)} s on the wall, ${cpuSeconds.toFixed(0)} s of processor time (target ${CENSUS_TARGET.seconds} s: ${reached(seconds, CENSUS_TARGET.seconds)}).`,
    `Memory after garbage collection: ${mebibytes(end.heapBytes + end.externalBytes)} in use, ${mebibytes(end.residentBytes)} resident (target ${mebibytes(CENSUS_TARGET.bytes)}: ${reached(end.residentBytes, CENSUS_TARGET.bytes)}).`,
    `Each further card: ${count(Math.round(bytesPerCard))} bytes in use, ${count(Math.round(residentBytesPerCard))} resident; a million would keep ${gibibytesOfMillion(residentBytesPerCard)} GiB resident (extrapolated).`,
    `${count(census.personalisedOverApdus)} were personalised from blank cards over APDUs, ${census.fullPersonalisationMs.toFixed(2)} ms each with the visit; the others begin from one of them: pseudonym, keys and certificates written anew through the applet's memory fields, both records and the prescription by PUT DATA under secure messaging.`,
    `${count(census.distinctImages)} different flash images (SHA-256); ${count(census.readBack)} cards read back over APDUs.`,
  ];
}
