/** A hundred thousand cards, each somebody's own: how long they take to make and how much memory they keep. */

import { decodePatientCertificate, equalBytes, PATIENT_APPLICATION, toHex } from '../../../apdu/index.js';
import type { Card, CardSnapshot } from '../../../applet/index.js';
import { nativeEngine } from '../engine/native-engine.js';
import { blankCard, surroundings } from './cases.js';
import { call } from './exchange.js';
import {
  authenticate,
  beginPersonalisation,
  makePeer,
  PIN,
  personaliseHolder,
  storeVisits,
} from './patient-steps.js';
import { Population } from './population.js';
import { Reissuer } from './reissue.js';
import { callInSession, type SessionKeys } from './session.js';

const { commands } = PATIENT_APPLICATION;
/** Points of the line that bytes over cards are fitted to. */
const SLOPE_POINTS = 5;
/** Cards that are read back through APDUs. */
const READ_BACK = 1_000;

/** Memory of the process after a garbage collection, in bytes. */
export type MemoryPoint = {
  readonly cards: number;
  readonly heapBytes: number;
  /** Outside of the heap: the bytes of the snapshots. */
  readonly externalBytes: number;
  /** What the operating system counts for the whole process. */
  readonly residentBytes: number;
};

export type CensusResult = {
  readonly cards: number;
  readonly personalisedOverApdus: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Milliseconds of one personalisation with its visit, all of it over APDUs. */
  readonly fullPersonalisationMs: number;
  readonly memory: readonly MemoryPoint[];
  /** Heap and external bytes for each further card, least squares over {@link memory} without its start. */
  readonly bytesPerCard: number;
  /** The same of what is resident: with what the allocator adds. */
  readonly residentBytesPerCard: number;
  readonly distinctImages: number;
  readonly readBack: number;
};

export type CensusOptions = {
  readonly cards: number;
  /** How many of them are personalised from a blank card over APDUs; the others begin from one of these. */
  readonly full: number;
  readonly seed: number;
  /** Collects garbage before memory is looked at. */
  readonly collectGarbage: () => void;
  readonly onProgress?: (text: string) => void;
};

/** A personalised card as others begin from it: operational, its session with the doctor's card open. */
type Origin = { readonly snapshot: CardSnapshot; readonly session: SessionKeys };

/** @throws {Error} when a card answers anything unexpected */
export function takeCensus({ cards, full, seed, collectGarbage, onProgress }: CensusOptions): CensusResult {
  const around = surroundings(seed, nativeEngine);
  const body = blankCard(seed, nativeEngine);
  const blank = body.snapshot();
  const population = new Population(body);
  const doctor = makePeer(around, 'doctor');
  const reissuer = new Reissuer(body);
  const origins: Origin[] = [];
  const pids = new Uint8Array(16 * cards);
  const memory: MemoryPoint[] = [memoryPoint(0, collectGarbage)];
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  const secondsNow = () => Number(process.hrtime.bigint() - start) / 1e9;

  for (let i = 0; i < full; i++) {
    population.add(blank, (card) => {
      const channel = beginPersonalisation(card, around);
      pids.set(personaliseHolder(card, channel, around).pid, 16 * i);
      const session = authenticate(card, doctor, around);
      origins.push({ snapshot: card.snapshot(), session: { ...session } });
      storeVisits(card, session, around);
    });
  }
  const fullPersonalisationMs = (1000 * secondsNow()) / full;
  for (let i = full; i < cards; i++) {
    const { snapshot, session } = origins[i % full]!;
    population.add(snapshot, (card) => {
      pids.set(reissuer.reissue(around).pid, 16 * i);
      storeVisits(card, { ...session }, around);
    });
    if ((i + 1) % Math.ceil(cards / SLOPE_POINTS) === 0 || i + 1 === cards) {
      memory.push(memoryPoint(i + 1, collectGarbage));
      onProgress?.(`${i + 1} cards in ${secondsNow().toFixed(0)} s`);
    }
  }
  const seconds = secondsNow();
  const { user, system } = process.cpuUsage(cpu);
  return {
    cards,
    personalisedOverApdus: full,
    seconds,
    cpuSeconds: (user + system) / 1e6,
    fullPersonalisationMs,
    memory,
    bytesPerCard: slopeOf(memory.slice(1), ({ heapBytes, externalBytes }) => heapBytes + externalBytes),
    residentBytesPerCard: slopeOf(memory.slice(1), ({ residentBytes }) => residentBytes),
    distinctImages: distinctImages(population),
    readBack: readBack(population, pids, (card) => authenticate(card, doctor, around)),
  };
}

function memoryPoint(cards: number, collectGarbage: () => void): MemoryPoint {
  collectGarbage();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { cards, heapBytes: heapUsed, externalBytes: external, residentBytes: rss };
}

function slopeOf(points: readonly MemoryPoint[], bytesOf: (point: MemoryPoint) => number): number {
  const bytes = points.map(bytesOf);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanCards, meanBytes] = [mean(points.map(({ cards }) => cards)), mean(bytes)];
  let covariance = 0;
  let variance = 0;
  points.forEach(({ cards }, i) => {
    covariance += (cards - meanCards) * (bytes[i]! - meanBytes);
    variance += (cards - meanCards) ** 2;
  });
  return covariance / variance;
}

function distinctImages(population: Population): number {
  const hashes = new Set<string>();
  for (let i = 0; i < population.size; i++) hashes.add(population.hash(i));
  return hashes.size;
}

/** Reads cards spread over the population: the pseudonym in EF.PCert, two records, one prescription. */
function readBack(
  population: Population,
  pids: Uint8Array,
  authenticated: (card: Card) => SessionKeys,
): number {
  const count = Math.min(READ_BACK, population.size);
  for (let n = 0; n < count; n++) {
    const i = Math.floor((n * population.size) / count);
    const pid = pids.subarray(16 * i, 16 * i + 16);
    population.use(i, (card) => assertHolder(card, pid, authenticated(card)));
  }
  return count;
}

function assertHolder(card: Card, pid: Uint8Array, session: SessionKeys): void {
  call(card, commands.verify, { p2: 'holder PIN', data: PIN });
  const certificate = decodePatientCertificate(call(card, commands.readBinary, { p1: 0x81, p2: 0 }));
  if (!equalBytes(certificate.body.pid, pid)) throw new Error(`a card of another than ${toHex(pid)}`);
  const read = (p1: number, p2: number) =>
    callInSession(card, session, nativeEngine, commands.readRecord, { p1, p2 });
  for (const [record, sfi] of [
    [1, 2],
    [2, 2],
    [1, 3],
  ] as const) {
    read(record, sfi);
  }
  for (const [record, sfi] of [
    [3, 2],
    [2, 3],
  ] as const) {
    if (answers(() => read(record, sfi))) throw new Error(`there is a record ${record} in file ${sfi}`);
  }
}

function answers(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}
