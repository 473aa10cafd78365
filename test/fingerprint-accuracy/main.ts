/** `npm run fingerprint`: the accuracy of the matcher on synthetic fingers, and what a search costs. */

import { Command } from 'commander';
import { naturalOption } from '../../host/cli/index.js';
import { FALSE_POSITIVE_RATE, scoreThreshold } from '../../host/index.js';
import { oneFinger, strangerScores } from './experiments.js';
import { tailOf } from './figures.js';
import { searchCost } from './search-cost.js';
import type { Material } from './stand-in.js';

const { seed, people, strangers, gallery } = new Command('npm run fingerprint --')
  .description(
    'Measures the matcher on synthetic fingers; status 1 when a stranger would have been identified.',
  )
  .addOption(naturalOption('--seed <n>', 'the fingers; the weights were fitted on others').default(2026))
  .addOption(naturalOption('--people <n>', 'of each condition; 0 leaves the comparisons out').default(200))
  .addOption(
    naturalOption('--strangers <n>', 'comparisons of strangers; 0 leaves them out').default(1_000_000),
  )
  .addOption(naturalOption('--gallery <n>', 'people searched; 0 leaves the search out').default(10_000))
  .parse()
  .opts<Record<'seed' | 'people' | 'strangers' | 'gallery', number>>();
/** How many people the threshold is for that a stranger must not reach. */
const PEOPLE_SERVED = 10_000;
const percent = (share: number): string => `${(100 * share).toFixed(1).padStart(5)} %`;
console.log(`seed ${seed}`);

if (people > 0) console.log(`\none finger, ${people} people, everybody against everybody`);
if (people > 0) console.log('probe   enrolled        rank-1    EER     FNMR at FMR 0.1 %   captured again');
const EXPERIMENTS: readonly (readonly [Material, number, Material])[] = [
  ['good', 1, 'good'],
  ['fair', 1, 'fair'],
  ['poor', 1, 'poor'],
  ['poor', 2, 'poor'],
  ['poor', 2, 'good'],
  ['mixed', 1, 'mixed'],
  ['mixed', 2, 'mixed'],
];
for (const [material, views, enrolled] of EXPERIMENTS) {
  if (people === 0) break;
  const found = oneFinger(material, `${seed}`, people, views, enrolled);
  const name = `${material.padEnd(7)} ${`${views} × ${enrolled}`.padEnd(15)}`;
  const { rankOne, equalErrorRate, falseNonMatchAt1In1000, recapture } = found;
  console.log(
    `${name} ${percent(rankOne)} ${percent(equalErrorRate)}      ${percent(falseNonMatchAt1In1000)}            ${recapture}`,
  );
}

for (const material of ['fair', 'mixed'] as const) {
  if (strangers === 0) break;
  const cpu = process.cpuUsage();
  const scores = strangerScores(material, `${seed}`, strangers);
  const { user, system } = process.cpuUsage(cpu);
  const highest = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  console.log(`\n${strangers} comparisons of strangers, ${material}: highest score ${highest.toFixed(2)}`);
  const threshold = scoreThreshold(PEOPLE_SERVED, FALSE_POSITIVE_RATE.identified, 1);
  const identified = scores.filter((score) => score >= threshold).length;
  console.log(
    `  identified at ${threshold.toFixed(2)}, the threshold for ${PEOPLE_SERVED} people: ${identified}`,
  );
  if (identified > 0) process.exitCode = 1;
  console.log(`  ${((user + system) / strangers).toFixed(0)} µs of CPU each, fingers made included`);
  for (const share of [0.01, 0.001, 0.0001]) {
    const { rate, start } = tailOf(scores, share);
    const said = -Math.log(share);
    console.log(
      `  1 in ${Math.round(1 / share)}: score ${start.toFixed(2)} (as designed at most ${said.toFixed(2)}), beyond it e^-${rate.toFixed(2)}s`,
    );
  }
}

if (gallery > 0) console.log(`\n${await searchCost(`${seed}`, gallery)}`);
