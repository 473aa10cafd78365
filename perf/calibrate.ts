/** A card profile from a vendor's own measurements: rows of operation, length and ms. */
import { median } from './bootstrap.js';
import { loadBytecodeBenchmarks } from './calibration-set.js';
import type { CardProfile, CardTiming } from './card-profile.js';
import { parseProfile } from './parse-profile.js';
import { loadAllProfiles } from './profile-files.js';

/** The measurements are wrong; `message` is one sentence with the line. */
export class MeasurementsError extends Error {
  override readonly name = 'MeasurementsError';
}

export type Measured = { readonly operation: string; readonly length: number; readonly ms: number };

/** Reads `operation,length,ms` with a heading. @throws MeasurementsError */
export function parseMeasurements(text: string, name: string): readonly Measured[] {
  const [heading, ...lines] = text.split(/\r?\n/);
  const wrong = (line: number, reason: string) =>
    new MeasurementsError(`Measurements ${name} are wrong at line ${line}: ${reason}.`);
  if (heading?.replace(/\s/g, '').toLowerCase() !== 'operation,length,ms') {
    throw wrong(1, 'the heading is operation,length,ms');
  }
  const rows = lines.flatMap((line, index): Measured[] => {
    if (line.trim() === '' || line.startsWith('#')) return [];
    const match = /^(?:"((?:[^"]|"")+)"|([^,"]+)),(\d+),(\d+(?:\.\d+)?)\s*$/.exec(line);
    if (!match) throw wrong(index + 2, 'expected a name, a length in bytes and a time in ms');
    const operation = (match[1]?.replaceAll('""', '"') ?? match[2]!).trim();
    return [{ operation, length: Number(match[3]), ms: Number(match[4]) }];
  });
  if (rows.length === 0) throw wrong(2, 'there is no measurement');
  return rows;
}

/** Operations whose time is fitted over length, with the bytes of one unit. */
const SERIES: Readonly<Record<string, number>> = {
  sha256: 64,
  aes128_cbc: 16,
  aes128_mac: 16,
  rng_secure: 16,
};
/** Rows that become something other than a primitive. */
const FIELD_WRITE = 'changed_field_write';
const HOST = 'host';

export type CalibrationAbout = {
  readonly id: string;
  readonly title: string;
  /** Whose memory sizes and wire the card has, where nothing else is known. */
  readonly base: CardProfile;
  /** Where the figures come from, for the provenance. */
  readonly source: string;
  readonly licence: string;
};

/** The profile, and the operations that no price uses. */
export type Calibration = { readonly profile: CardProfile; readonly unused: readonly string[] };

/** Medians per operation and length, fits over length, bytecode times from the two software benchmarks. */
export function calibrate(rows: readonly Measured[], about: CalibrationAbout): Calibration {
  const groups = groupedBy(rows, ({ operation }) => operation);
  const timing = timingOf(groups, about.base);
  const profile = {
    schema: 'imis-card-profile/1',
    id: about.id,
    title: about.title,
    provenance: { source: about.source, licence: about.licence, copyright: about.source },
    memory: about.base.memory,
    timing,
  };
  const measured = loadAllProfiles().flatMap((each) => Object.keys(each.timing?.primitives ?? {}));
  const used = new Set([...measured, ...Object.keys(SERIES), FIELD_WRITE, HOST]);
  return {
    profile: parseProfile(JSON.stringify(profile), about.id),
    unused: [...groups.keys()].filter((name) => !used.has(name)).sort(),
  };
}

type Groups = ReadonlyMap<string, readonly Measured[]>;

function timingOf(groups: Groups, base: CardProfile): CardTiming {
  const primitives: Record<string, CardTiming['primitives'][string]> = {};
  const series: Record<string, CardTiming['series'][string]> = {};
  for (const [operation, rows] of groups) {
    if (operation === FIELD_WRITE || operation === HOST) continue;
    const points = pointsOf(rows);
    const unitBytes = SERIES[operation];
    if (unitBytes !== undefined && points.length >= 3) series[operation] = seriesOf(points, unitBytes);
    else {
      const longest = rows.reduce((a, b) => (b.length > a.length ? b : a)).length;
      primitives[operation] = primitiveOf(rows.filter(({ length }) => length === longest));
    }
  }
  const write = groups.get(FIELD_WRITE);
  const host = groups.get(HOST);
  return {
    primitives,
    series,
    modularExponentiation: exponentiationOf(primitives),
    bytecode: bytecodeOf(primitives),
    changedFieldWriteMs: write ? medianOf(write) : null,
    ...(host && { host: hostOf(host) }),
    wire: base.timing?.wire ?? DEFAULT_WIRE,
  };
}

const DEFAULT_WIRE: CardTiming['wire'] = {
  kind: 't1',
  ta1: '11',
  clockKhz: 4000,
  extraGuardTime: 0,
  ifscBytes: 254,
  ifsdBytes: 254,
  label: 'estimated',
  source: 'the speed every card starts with (ISO 7816-3, 8.1); name a base profile for another one',
};

function groupedBy<K>(rows: readonly Measured[], keyOf: (row: Measured) => K): Map<K, Measured[]> {
  const groups = new Map<K, Measured[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return groups;
}

const medianOf = (rows: readonly Measured[]) => median(rows.map(({ ms }) => ms));

function pointsOf(rows: readonly Measured[]): readonly [number, number][] {
  return [...groupedBy(rows, ({ length }) => length)]
    .filter(([length]) => length > 0)
    .map(([length, own]): [number, number] => [length, medianOf(own)])
    .sort(([a], [b]) => a - b);
}

function primitiveOf(rows: readonly Measured[]): CardTiming['primitives'][string] {
  const ms = medianOf(rows);
  const variance = rows.reduce((sum, row) => sum + (row.ms - ms) ** 2, 0) / Math.max(1, rows.length - 1);
  return {
    ms,
    standardErrorMs: Math.sqrt(variance / rows.length),
    lengthBytes: rows[0]!.length || null,
    label: 'measured',
  };
}

/** Least squares over whole units. */
function seriesOf(points: readonly [number, number][], unitBytes: number): CardTiming['series'][string] {
  const units = points.map(([length, ms]) => [Math.ceil(length / unitBytes), ms] as const);
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [x, y] = [mean(units.map(([unit]) => unit)), mean(units.map(([, ms]) => ms))];
  const above = units.reduce((sum, [unit, ms]) => sum + (unit - x) * (ms - y), 0);
  const below = units.reduce((sum, [unit]) => sum + (unit - x) ** 2, 0);
  const msPerUnit = below === 0 ? 0 : above / below;
  return {
    points: [...points],
    fit: { fixedMs: y - msPerUnit * x, msPerUnit, unitBytes },
    label: 'measured',
  };
}

/** Bits of 65537. */
const PUBLIC_BITS = 17;

/** The straight line through the private and the public operation of each size. */
function exponentiationOf(primitives: CardTiming['primitives']): CardTiming['modularExponentiation'] {
  const engines: Record<string, CardTiming['modularExponentiation'][string]> = {};
  for (const name of Object.keys(primitives)) {
    const bits = /^rsa(\d+)_priv$/.exec(name)?.[1];
    const [slow, fast] = [primitives[name]?.ms, primitives[`rsa${bits}_pub`]?.ms];
    if (bits === undefined || typeof slow !== 'number' || typeof fast !== 'number' || slow <= fast) continue;
    const msPerExponentBit = (slow - fast) / (Number(bits) - PUBLIC_BITS);
    engines[bits] = { msPerExponentBit, fixedMs: fast - PUBLIC_BITS * msPerExponentBit, label: 'derived' };
  }
  return engines;
}

/** Two equations, two unknowns: the software AES block and the XOR of 16 bytes, whose bytecodes are counted. */
function bytecodeOf(primitives: CardTiming['primitives']): CardTiming['bytecode'] {
  const [aes, xor] = [primitives.swalgs_aes_block?.ms, primitives.swalgs_xor16?.ms];
  if (typeof aes !== 'number' || typeof xor !== 'number') return null;
  const { swalgs_aes_block: long, swalgs_xor16: short } = loadBytecodeBenchmarks();
  // A call is taken as four locals and two memory accesses.
  const [a, b] = [long.local + 4 * long.invoke, long.memory + 2 * long.invoke];
  const [c, d] = [short.local + 4 * short.invoke, short.memory + 2 * short.invoke];
  const determinant = a * d - b * c;
  const localUs = (1000 * (aes * d - b * xor)) / determinant;
  const memoryUs = (1000 * (a * xor - c * aes)) / determinant;
  const averageUs = (1000 * aes) / (long.local + long.memory + long.invoke);
  return localUs > 0 && memoryUs > 0 ? { localUs, memoryUs, averageUs, label: 'derived' } : null;
}

function hostOf(rows: readonly Measured[]): NonNullable<CardTiming['host']> {
  const times = rows.map(({ ms }) => ms);
  return {
    ms: median(times),
    lowMs: Math.min(...times),
    highMs: Math.max(...times),
    label: 'measured',
    source: 'a short command of the same measurement, its wire included',
  };
}
