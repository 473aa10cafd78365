import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readCalibration } from './calibration-set.js';

const setSchema = z.object({
  note: z.string(),
  also_met_in_other_applets: z.array(z.string()),
  entries: z.array(z.record(z.string(), z.unknown())),
});

/** MIT asks for this line wherever the times go. */
const PROVENANCE = {
  source:
    'github.com/OpenCryptoProject/JCMathLib, PERFORMANCE.md; operation counts from runs of the same source',
  licence: 'MIT',
  copyright: 'Copyright (c) the JCMathLib authors',
};

/**
 * Copies the calibration set (one entry a line) and the benchmark counts into a folder of the project.
 *
 * @returns how many timed commands were written
 */
export function importCalibration(dataFolder: string, outputFolder: string): number {
  const text = readFileSync(join(dataFolder, 'calibration-jcmathlib.json'), 'utf8');
  const set = setSchema.parse(JSON.parse(text));
  readCalibration(text);
  mkdirSync(outputFolder, { recursive: true });
  const head = JSON.stringify(
    {
      schema: 'imis-card-timings/1',
      provenance: PROVENANCE,
      note: set.note,
      also_met_in_other_applets: set.also_met_in_other_applets,
    },
    null,
    2,
  );
  const entries = set.entries.map((entry) => `    ${JSON.stringify(entry)}`).join(',\n');
  writeFileSync(
    join(outputFolder, 'jcmathlib.json'),
    `${head.slice(0, -2)},\n  "entries": [\n${entries}\n  ]\n}\n`,
  );
  const benchmarks: unknown = JSON.parse(readFileSync(join(dataFolder, 'bytecode-calibration.json'), 'utf8'));
  writeFileSync(join(outputFolder, 'bytecode-benchmarks.json'), `${JSON.stringify(benchmarks, null, 2)}\n`);
  return set.entries.length;
}
