/**
 * `npm run test:readers [-- KIND…]`: the suite on a simulated card in every kind of reader. `IMIS_READER_FILTER` limits
 * the cases, `IMIS_READER_CARDS` the cards. Ends with status 1 when a case failed anywhere.
 */

import { whyNoPcscd } from '../../reader-drivers/private-pcscd.js';
import { READER_KINDS, type ReaderKind, runInReader } from './reader-runs.js';

const filter = process.env.IMIS_READER_FILTER ?? '';
const cards = (process.env.IMIS_READER_CARDS ?? 'patient,professional').split(',') as (
  | 'patient'
  | 'professional'
)[];
const named = process.argv.slice(2) as ReaderKind[];
const unknown = named.find((kind) => !READER_KINDS.includes(kind));
if (unknown !== undefined) throw new Error(`no reader ${unknown}; known: ${READER_KINDS.join(', ')}`);

let failed = 0;
for (const kind of named.length > 0 ? named : READER_KINDS) {
  if (kind.startsWith('pcscd') && whyNoPcscd() !== undefined) continue;
  for (const card of cards) {
    const { status, stdout, stderr, report } = await runInReader(kind, card, filter);
    const { passed, failed: wrong, skipped } = report.summary;
    console.log(`${kind} ${card}: ${passed} passed, ${wrong} failed, ${skipped} skipped`);
    if (status === 0) continue;
    failed++;
    console.log(stdout.slice(Math.max(0, stdout.indexOf('\n\n'))), stderr);
  }
}
process.exitCode = failed === 0 ? 0 : 1;
