/** `npm run bench`: measures the simulator on this machine and reports; no result makes it fail. */

import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { naturalOption } from '../options.js';
import { PACKAGE_ROOT } from '../package-root.js';
import { rateCases } from './cases.js';
import { takeCensus } from './census.js';
import { fingerprintCases } from './fingerprint-cases.js';
import { groupCases } from './group-cases.js';
import { measureRates, type RateCase } from './measure.js';
import { type BenchmarkDocument, formatBenchmarks } from './report.js';

const program = new Command('npm run bench --')
  .description('Measures the simulator on this machine; no result makes it fail.')
  .addOption(naturalOption('--rounds <n>', 'interleaved rounds of the rates; 0 leaves them out').default(10))
  .addOption(naturalOption('--seed <n>', 'what all inputs are drawn from').default(1))
  .addOption(naturalOption('--cards <n>', 'cards of the population; 0 leaves it out').default(100_000))
  .addOption(naturalOption('--full <n>', 'of these, cards with full memories').default(200))
  .addOption(
    new Option('--only <rates>', 'leaves out the other rates').choices(['cards', 'group', 'fingerprints']),
  )
  .option('--json <file>', 'writes the figures there as well')
  .parse();
const { rounds, seed, cards, full, only, json } = program.opts<{
  readonly rounds: number;
  readonly seed: number;
  readonly cards: number;
  readonly full: number;
  readonly only?: 'cards' | 'group' | 'fingerprints';
  readonly json?: string;
}>();
if (cards > 0 && (full < 1 || full > cards)) program.error('error: --full is at least 1 and at most --cards');

/** @throws {Error} without `--expose-gc` */
function collectGarbage(): void {
  if (!globalThis.gc) throw new Error('memory is measured under node --expose-gc');
  globalThis.gc();
}

const progress = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

/** Cases of the cards, of group signatures and of fingerprints, or one of the three. */
async function chosenCases(): Promise<RateCase[]> {
  const wanted = (name: typeof only) => only === undefined || only === name;
  return [
    ...(wanted('cards') ? rateCases(seed) : []),
    ...(wanted('group') ? await groupCases(seed) : []),
    ...(wanted('fingerprints') ? fingerprintCases(seed) : []),
  ];
}

async function measure(): Promise<BenchmarkDocument> {
  const { version } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as {
    version: string;
  };
  const loadBefore = loadavg()[0]!;
  // The population first: its memory is compared with that of a process that has done nothing else.
  const census = cards > 0 ? takeCensus({ cards, full, seed, collectGarbage, onProgress: progress }) : null;
  collectGarbage();
  const rates = rounds > 0 ? measureRates(await chosenCases(), rounds, seed, progress) : [];
  return {
    environment: {
      version,
      node: process.version,
      openssl: process.versions.openssl ?? 'unknown',
      platform: `${process.platform} ${process.arch}`,
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: cpus().length,
      loadBefore,
      loadAfter: loadavg()[0]!,
    },
    seed,
    rounds,
    rates,
    census,
  };
}

const document = await measure();
if (json !== undefined) writeFileSync(json, `${JSON.stringify(document, null, 2)}\n`);
process.stdout.write(formatBenchmarks(document));
