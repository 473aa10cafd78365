/** `npm run crash`: NHI killed and PostgreSQL restarted under load, on both stores; says what was contradicted. */

import { parseArgs } from 'node:util';
import { seededRng } from '../../host/index.js';
import { PostgresServer, postgresMissing } from '../support/postgres-server.js';
import { crashRun } from './crash-run.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    kills: { type: 'string', default: '4' },
    visits: { type: 'string', default: '30' },
    pairs: { type: 'string', default: '4' },
  },
});
const rng = seededRng(values.seed, 'kills');
const amounts = {
  kills: Number(values.kills),
  visits: Number(values.visits),
  pairs: Number(values.pairs),
  rng,
};

let contradictions = 0;
function report(store: string, outcome: Awaited<ReturnType<typeof crashRun>>): void {
  const { records, collections, lostAnswers, kills } = outcome;
  console.log(
    `${store}: ${kills} kills, ${lostAnswers} requests without an answer, ${records} records, ${collections} collections, ` +
      `${outcome.contradictions.length} contradictions (seed ${values.seed})`,
  );
  for (const text of outcome.contradictions) console.log(`  ${text}`);
  contradictions += outcome.contradictions.length;
}

report('SQLite', await crashRun({ ...amounts, db: undefined }));
const missing = postgresMissing();
if (missing) console.log(`PostgreSQL is left out: ${missing}`);
else {
  const server = await PostgresServer.start();
  try {
    const db = server.database('crash');
    report('PostgreSQL', await crashRun({ ...amounts, db, restartDatabase: () => server.restart() }));
  } finally {
    server.stop();
  }
}
process.exitCode = contradictions === 0 ? 0 : 1;
