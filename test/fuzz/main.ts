/** `npm run fuzz`: ten million APDUs over both cards. A failure names its round, which can be repeated alone. */

import { Command, Option } from 'commander';
import { PATIENT_APPLICATION, PROFESSIONAL_APPLICATION } from '../../apdu/index.js';
import { naturalOption } from '../../host/cli/index.js';
import { SEED as DEFAULT_SEED } from '../apdu/seed.js';
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

const {
  seed,
  count,
  seconds = Number.POSITIVE_INFINITY,
  round: only,
  card,
} = new Command('npm run fuzz --')
  .description('Sends random APDUs to both cards and holds every answer against the specification.')
  .addOption(naturalOption('--seed <n>', 'what the APDUs are drawn from', 'IMIS_SEED').default(DEFAULT_SEED))
  .addOption(naturalOption('--count <n>', 'APDUs').default(COUNT))
  .addOption(naturalOption('--seconds <n>', 'ends earlier'))
  .addOption(naturalOption('--round <n>', 'repeats that round alone, of the card of --card'))
  .addOption(
    new Option('--card <card>', 'one card alone').choices([
      PATIENT_APPLICATION.id,
      PROFESSIONAL_APPLICATION.id,
    ]),
  )
  .parse()
  .opts<{
    readonly seed: number;
    readonly count: number;
    readonly seconds?: number;
    readonly round?: number;
    readonly card?: string;
  }>();
const progress = new Progress();

// The patient card has more commands and more states.
const runs = [
  { spec: PATIENT_APPLICATION, share: 0.6, starts: async () => patientStarts() },
  { spec: PROFESSIONAL_APPLICATION, share: 0.4, starts: professionalStarts },
];
const chosen = runs.filter(({ spec }) => card === undefined || card === spec.id);

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
