/** `npm run crash`: load at the peak and beyond, NHI killed and PostgreSQL restarted, on both stores; says what was contradicted. */

import { Command } from 'commander';
import { naturalOption } from '../../host/cli/index.js';
import { seededRng } from '../../host/index.js';
import { PostgresServer, postgresMissing } from '../support/postgres-server.js';
import { type CrashOutcome, crashRun } from './crash-run.js';
import type { Tally } from './generator.js';
import { PreparedRun } from './prepared-run.js';

const { seed, kills, visits, pairs, claims, seconds } = new Command('npm run crash --')
  .description(
    'Loads NHI to its peak and twice that, kills it and restarts its database, and checks what clients were told.',
  )
  .addOption(naturalOption('--seed <n>', 'sets when NHI is killed').default(1))
  .addOption(naturalOption('--kills <n>', 'how often NHI is killed on each store').default(4))
  .addOption(naturalOption('--visits <n>', 'visits whose records must be there at the end').default(60))
  .addOption(
    naturalOption('--pairs <n>', 'prescriptions, each collected with a card and its copy').default(4),
  )
  .addOption(naturalOption('--claims <n>', 'claims, each spent whole by two insurers').default(6))
  .addOption(naturalOption('--seconds <n>', 'how long each rate is held').default(4))
  .parse()
  .opts<Record<'seed' | 'kills' | 'visits' | 'pairs' | 'claims' | 'seconds', number>>();

let contradictions = 0;
function report(store: string, outcome: CrashOutcome): void {
  const { peak, atPeak, atTwice, killed, records, collections, payouts } = outcome;
  const lines = [
    `${store}: ${peak.toFixed(0)} requests/s at most (seed ${seed})`,
    `  at the peak: ${textOf(atPeak)}`,
    `  at twice the peak: ${textOf(atTwice)}`,
    `  ${kills} kills: ${textOf(killed)}`,
    `  ${records} records, ${collections} collections, ${payouts} payouts, ${outcome.contradictions.length} contradictions`,
    ...outcome.contradictions.map((text) => `    ${text}`),
  ];
  console.log(lines.join('\n'));
  contradictions += outcome.contradictions.length;
}

function textOf({ sent, answered, shed, lost, seconds: taken, ms95 }: Tally): string {
  return (
    `${sent} sent in ${taken.toFixed(1)} s, ${answered} answered (95 % within ${ms95.toFixed(0)} ms), ` +
    `${shed} told to come later, ${lost} without an answer`
  );
}

const prepared = await PreparedRun.make({ visits, pairs, claims });
const run = { prepared, kills, seconds, rng: seededRng(seed, 'kills') };
try {
  report('SQLite', await crashRun({ ...run, db: undefined }));
  const missing = postgresMissing();
  if (missing) console.log(`PostgreSQL is left out: ${missing}`);
  else {
    const server = await PostgresServer.start();
    try {
      const db = server.database('crash');
      report('PostgreSQL', await crashRun({ ...run, db, restartDatabase: () => server.restart() }));
    } finally {
      server.stop();
    }
  }
} finally {
  await prepared.remove();
}
process.exitCode = contradictions === 0 ? 0 : 1;
