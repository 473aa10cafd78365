import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readCalibration } from './calibration-set.js';
import type { CardProfile, CardTiming } from './card-profile.js';
import { measuredOperationsSchema } from './imported-operations.js';
import {
  importProfile,
  type MeasuredCard,
  type MeasuredExtras,
  measuredCardSchema,
} from './imported-profile.js';
import { parseProfile } from './parse-profile.js';
import { fitBytecodeFactor } from './validation.js';

const operationsFileSchema = z.object({
  provenance: z.object({
    repo: z.string(),
    commit: z.string(),
    licence: z.string(),
    doi: z.string(),
    files: z.array(z.object({ file: z.string() })),
  }),
  ops: measuredOperationsSchema,
});

const transportSchema = z.object({
  host: z.object({
    recommend_default_ms: z.number(),
    range_ms: z.tuple([z.number(), z.number()]),
  }),
});

/**
 * Cards whose one constant is fitted, and why. The others are predicted from their own benchmarks alone.
 * The timed chip is not the one of the profile here, so the speed of its interpreter was never measured.
 */
const FITTED: Readonly<Record<string, string>> = {
  Infineon_SECORA_ID_X: 'the commands were timed on SECORA ID S, the benchmarks on ID X',
};

/**
 * Writes one profile file per card of a folder of measurements: `profiles.json` and, where they exist,
 * `cards/<key>.json` (provenance, further operations), `transport.json` (host constant) and
 * `calibration-jcmathlib.json` (for the fitted constant). Run again it writes the same bytes.
 *
 * @returns the ids written, in the order of the data
 * @throws Error when a data file is missing or has another shape
 */
export function importCardData(dataFolder: string, outputFolder: string): readonly string[] {
  const cards = z
    .record(z.string(), measuredCardSchema)
    .parse(JSON.parse(readFileSync(join(dataFolder, 'profiles.json'), 'utf8')));
  mkdirSync(outputFolder, { recursive: true });
  const host = readHost(dataFolder);
  return Object.entries(cards).map(([key, card]) =>
    writeProfile(
      key,
      card,
      { ...readOperations(dataFolder, key), ...(host && { host: hostOf(card, host) }) },
      dataFolder,
      outputFolder,
    ),
  );
}

function readHost(dataFolder: string): CardTiming['host'] {
  const path = join(dataFolder, 'transport.json');
  if (!existsSync(path)) return undefined;
  const { host } = transportSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  return {
    ms: host.recommend_default_ms,
    lowMs: host.range_ms[0],
    highMs: host.range_ms[1],
    label: 'estimated',
    source: 'default and range of the data set over readers; not fitted to this card',
  };
}

/** In a USB token the card's own chip is the reader: what is left is USB and the host, the least of the range. */
function hostOf(card: MeasuredCard, host: NonNullable<CardTiming['host']>): NonNullable<CardTiming['host']> {
  if (!/\bUSB token\b/i.test(card.title)) return host;
  return {
    ...host,
    ms: host.lowMs,
    source: 'least of the range of the data set over readers: a USB token has no reader beside its chip',
  };
}

function readOperations(dataFolder: string, key: string): MeasuredExtras {
  const path = join(dataFolder, 'cards', `${key}.json`);
  if (!existsSync(path)) return {};
  const { provenance, ops } = operationsFileSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  return { provenance, operations: ops };
}

function writeProfile(
  key: string,
  card: MeasuredCard,
  extras: MeasuredExtras,
  dataFolder: string,
  outputFolder: string,
): string {
  const profile = withFittedFactor(importProfile(key, card, extras), dataFolder);
  const json = `${JSON.stringify(profile, null, 2)}\n`;
  parseProfile(json, profile.id);
  writeFileSync(join(outputFolder, `${profile.id}.json`), json);
  return profile.id;
}

function withFittedFactor(profile: CardProfile, dataFolder: string): CardProfile {
  const why = FITTED[profile.sourceKey ?? ''];
  const path = join(dataFolder, 'calibration-jcmathlib.json');
  if (why === undefined || !existsSync(path) || !profile.timing?.bytecode) return profile;
  const entries = readCalibration(readFileSync(path, 'utf8')).filter(
    (entry) => entry.maps_to === profile.sourceKey,
  );
  const fitted = fitBytecodeFactor(profile, entries);
  if (fitted === null) return profile;
  const fittedFactor = {
    value: Number(fitted.toFixed(3)),
    source: `${entries.length} whole commands of JCMathLib: ${why}`,
  };
  return {
    ...profile,
    timing: { ...profile.timing, bytecode: { ...profile.timing.bytecode, fittedFactor } },
  };
}
