/** Whole commands timed on real cards, with their operation counts where the configuration is known. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { type OperationCounts, readOperationCounts } from './operation-counts.js';
import { profilesFolder } from './profile-files.js';

const entrySchema = z.looseObject({
  operation: z.string(),
  card: z.string(),
  /** `sourceKey` of the profile that stands for the card. */
  maps_to: z.string(),
  time_ms: z.number().positive(),
  decomposition: z.unknown(),
});

/** One timed command; `counts` is null where the applet's configuration on that card is not known. */
export type TimedCommand = {
  readonly operation: string;
  readonly card: string;
  readonly maps_to: string;
  readonly measuredMs: number;
  readonly counts: OperationCounts | null;
};

/** @throws ZodError or CountsError when the text is not a calibration set */
export function readCalibration(text: string): readonly TimedCommand[] {
  const { entries } = z.object({ entries: z.array(entrySchema) }).parse(JSON.parse(text));
  return entries.map((entry, index) => ({
    operation: entry.operation,
    card: entry.card,
    maps_to: entry.maps_to,
    measuredMs: entry.time_ms,
    counts: entry.decomposition === null ? null : readOperationCounts(entry, `entry ${index}`),
  }));
}

/** The set that comes with the project, for tests and documentation. */
export function loadCalibration(): readonly TimedCommand[] {
  return readCalibration(
    readFileSync(join(dirname(profilesFolder()), 'calibration', 'jcmathlib.json'), 'utf8'),
  );
}

const benchmarkSchema = z.object({ local: z.number(), memory: z.number(), invoke: z.number() });
const benchmarksSchema = z.object({ swalgs_aes_block: benchmarkSchema, swalgs_xor16: benchmarkSchema });

/** Bytecodes of the two software benchmarks that were timed on every card. */
export function loadBytecodeBenchmarks(): z.infer<typeof benchmarksSchema> {
  const path = join(dirname(profilesFolder()), 'calibration', 'bytecode-benchmarks.json');
  return benchmarksSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
}
