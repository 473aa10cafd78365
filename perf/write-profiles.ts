import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { importProfile, type MeasuredCard, measuredCardSchema } from './imported-profile.js';
import { parseProfile } from './parse-profile.js';

const operationsFileSchema = z.object({
  provenance: z.object({
    repo: z.string(),
    commit: z.string(),
    licence: z.string(),
    doi: z.string(),
    files: z.array(z.object({ file: z.string() })),
  }),
});

/**
 * Writes one profile file per card of a folder of measurements: `profiles.json` and, for provenance,
 * `cards/<key>.json`. Run again it writes the same bytes.
 *
 * @returns the ids written, in the order of the data
 * @throws Error when a data file is missing or has another shape
 */
export function importCardData(dataFolder: string, outputFolder: string): readonly string[] {
  const cards = z
    .record(z.string(), measuredCardSchema)
    .parse(JSON.parse(readFileSync(join(dataFolder, 'profiles.json'), 'utf8')));
  mkdirSync(outputFolder, { recursive: true });
  return Object.entries(cards).map(([key, card]) => writeProfile(key, card, dataFolder, outputFolder));
}

function writeProfile(key: string, card: MeasuredCard, dataFolder: string, outputFolder: string): string {
  const operationsPath = join(dataFolder, 'cards', `${key}.json`);
  const provenance = existsSync(operationsPath)
    ? operationsFileSchema.parse(JSON.parse(readFileSync(operationsPath, 'utf8'))).provenance
    : undefined;
  const profile = importProfile(key, card, provenance);
  const json = `${JSON.stringify(profile, null, 2)}\n`;
  parseProfile(json, profile.id);
  writeFileSync(join(outputFolder, `${profile.id}.json`), json);
  return profile.id;
}
