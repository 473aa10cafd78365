/**
 * `npm run fuzz`: ten million APDUs (IMIS_FUZZ_COUNT or `--count N` for another number) over both
 * cards, from a seed (`--seed N`). A failure names its round; `--round R --card patient|professional`
 * with the same seed repeats that one alone.
 */

import { PATIENT_APPLICATION, PROFESSIONAL_APPLICATION } from '../../apdu/index.js';
import { SEED as DEFAULT_SEED } from '../apdu/seed.js';
import { memberStarts, patientStarts, professionalStarts } from '../applet/os/fuzz-starts.js';
import { numberArgument } from '../support/arguments.js';
import { Progress } from '../support/progress.js';
import { stubEngine } from '../support/stub-engine.js';
import { missingStatuses } from './declared-status.js';
import { Fuzz, FuzzFailure } from './fuzz.js';

const COUNT = 10_000_000;
/** The patient card has more commands and more states. */
const PATIENT_SHARE = 0.6;

const seed = numberArgument('seed', 'IMIS_SEED', DEFAULT_SEED);
const count = numberArgument('count', 'IMIS_FUZZ_COUNT', COUNT);
const only = numberArgument('round', 'IMIS_FUZZ_ROUND', undefined);
const at = process.argv.indexOf('--card');
const card = at < 0 ? undefined : process.argv[at + 1];
const progress = new Progress();

const runs = [
  { spec: PATIENT_APPLICATION, share: PATIENT_SHARE, starts: async () => patientStarts() },
  {
    spec: PROFESSIONAL_APPLICATION,
    share: 1 - PATIENT_SHARE,
    starts: async () => [...professionalStarts(), ...(await memberStarts())],
  },
];
const chosen = runs.filter(({ spec }) => card === undefined || card === spec.id);
if (chosen.length === 0) throw new RangeError(`--card: "${card}" is neither patient nor professional`);

try {
  for (const { spec, share, starts } of chosen) {
    const fuzz = new Fuzz(await starts(), seed, stubEngine);
    if (only !== undefined) {
      fuzz.round(only);
      console.log(`seed ${seed}, round ${only}, ${spec.id} card: nothing is wrong`);
      continue;
    }
    const goal = Math.ceil(count * share);
    const rounds = fuzz.run(goal, 0, () =>
      progress.show(() => `${spec.id} card: ${fuzz.tallies.total} of ${goal} APDUs`),
    );
    progress.clear();
    console.log(`seed ${seed}, ${rounds} rounds, ${spec.id} card: ${fuzz.tallies}`);
    const missing = missingStatuses(spec, fuzz.tallies.statusWords);
    if (missing.length > 0) console.log(`  declared, never seen in this run: ${missing.join(', ')}`);
  }
} catch (error) {
  progress.clear();
  if (!(error instanceof FuzzFailure)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
