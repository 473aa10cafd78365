/** `npm run test:readers`: the suite on a simulated card in every kind of reader. */

import { Argument, Command, Option } from 'commander';
import { whyNoPcscd } from '../../reader-drivers/private-pcscd.js';
import { READER_KINDS, type ReaderKind, runInReader } from './reader-runs.js';

const CARDS = ['patient', 'professional'] as const;
type Card = (typeof CARDS)[number];

const program = new Command('npm run test:readers --')
  .description(
    'Runs the suite on a simulated card in every kind of reader; status 1 when a case failed in any.',
  )
  .addArgument(new Argument('[kinds...]', 'kinds of readers; all when none is named').choices(READER_KINDS))
  .addOption(new Option('--filter <expression>', 'limits the cases').default(''))
  .addOption(new Option('--card <card>', 'one card alone').choices(CARDS))
  .parse();
const { filter, card: only } = program.opts<{ readonly filter: string; readonly card?: Card }>();
const named = program.processedArgs[0] as readonly ReaderKind[];

let failed = 0;
for (const kind of named.length > 0 ? named : READER_KINDS) {
  if (kind.startsWith('pcscd') && whyNoPcscd() !== undefined) continue;
  for (const card of only === undefined ? CARDS : [only]) {
    const { status, stdout, stderr, report } = await runInReader(kind, card, filter);
    const { passed, failed: wrong, skipped } = report.summary;
    console.log(`${kind} ${card}: ${passed} passed, ${wrong} failed, ${skipped} skipped`);
    if (status === 0) continue;
    failed++;
    console.log(stdout.slice(Math.max(0, stdout.indexOf('\n\n'))), stderr);
  }
}
process.exitCode = failed === 0 ? 0 : 1;
