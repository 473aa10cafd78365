/**
 * `npm run fuzz`: ten million APDUs over both cards (`--count N` or IMIS_FUZZ_COUNT for another number,
 * IMIS_FUZZ_SECONDS to end earlier), from a seed (`--seed N`). A failure names its round; `--round R
 * --card patient|professional` with the same seed repeats that one alone.
 */

import { PATIENT_APPLICATION, PROFESSIONAL_APPLICATION } from '../../apdu/index.js';
import { SEED as DEFAULT_SEED } from '../apdu/seed.js';
import { numberArgument } from '../support/arguments.js';
import { Progress } from '../support/progress.js';
import { stubEngine } from '../support/stub-engine.js';
import { Fuzz, FuzzFailure } from './fuzz.js';
import { missing } from './missing.js';
import { patientStarts } from './patient-starts.js';
import { professionalStarts } from './professional-starts.js';

const COUNT = 10_000_000;
/** APDUs between two looks at the clock, and fewest of which anything can be expected. */
const SLICE = 5_000;
const ENOUGH = 100_000;

const seed = numberArgument('seed', 'IMIS_SEED', DEFAULT_SEED);
const count = numberArgument('count', 'IMIS_FUZZ_COUNT', COUNT);
const seconds = numberArgument('seconds', 'IMIS_FUZZ_SECONDS', Number.POSITIVE_INFINITY);
const only = numberArgument('round', 'IMIS_FUZZ_ROUND', undefined);
const at = process.argv.indexOf('--card');
const card = at < 0 ? undefined : process.argv[at + 1];
const progress = new Progress();

// The patient card has more commands and more states.
const runs = [
  { spec: PATIENT_APPLICATION, share: 0.6, starts: async () => patientStarts() },
  { spec: PROFESSIONAL_APPLICATION, share: 0.4, starts: professionalStarts },
];
const chosen = runs.filter(({ spec }) => card === undefined || card === spec.id);
if (chosen.length === 0) throw new RangeError(`--card: "${card}" is neither patient nor professional`);

try {
  for (const { spec, share, starts } of chosen) {
    const fuzz = new Fuzz(await starts(), seed, stubEngine);
    const { tallies } = fuzz;
    if (only !== undefined) {
      fuzz.round(only);
      console.log(`seed ${seed}, round ${only}, ${spec.id} card: nothing is wrong`);
      continue;
    }
    const goal = Math.ceil(count * share);
    const end = Date.now() + seconds * share * 1000;
    let rounds = 0;
    while (tallies.total < goal && Date.now() < end) {
      rounds = fuzz.run(Math.min(SLICE, goal - tallies.total), rounds);
      progress.show(() => `${spec.id} card: ${tallies.total} of ${goal} APDUs`);
    }
    progress.clear();
    console.log(`seed ${seed}, ${rounds} rounds, ${spec.id} card: ${tallies}`);
    const sentences = missing(spec, tallies);
    if (sentences.length === 0) continue;
    console.error(sentences.join('\n'));
    if (tallies.total >= ENOUGH) process.exitCode = 1;
  }
} catch (error) {
  progress.clear();
  if (!(error instanceof FuzzFailure)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
