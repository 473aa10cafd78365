/** `npm run bench`: measures the simulator on this machine and reports; no result makes it fail. */

import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PACKAGE_ROOT } from '../package-root.js';
import { rateCases } from './cases.js';
import { takeCensus } from './census.js';
import { groupCases } from './group-cases.js';
import { measureRates, type RateCase } from './measure.js';
import { type BenchmarkDocument, formatBenchmarks } from './report.js';

const USAGE = `npm run bench -- [--rounds n] [--seed n] [--cards n] [--full n] [--only cards|group] [--json file]
  --rounds 0 leaves out the rates, --cards 0 the population; --only cards or --only group leaves out the other rates.`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    cards: { type: 'string', default: '100000' },
    full: { type: 'string', default: '200' },
    only: { type: 'string' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

function natural(name: 'rounds' | 'seed' | 'cards' | 'full'): number {
  const value = Number(values[name]);
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`--${name} is a number from 0`);
  return value;
}

/** @throws {Error} without `--expose-gc` */
function collectGarbage(): void {
  if (!globalThis.gc) throw new Error('memory is measured under node --expose-gc');
  globalThis.gc();
}

const progress = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

/** Cases of the cards, of group signatures, or both. */
async function chosenCases(seed: number): Promise<RateCase[]> {
  const { only } = values;
  if (only !== undefined && only !== 'cards' && only !== 'group') {
    throw new RangeError('--only takes cards or group');
  }
  return [...(only === 'group' ? [] : rateCases(seed)), ...(only === 'cards' ? [] : await groupCases(seed))];
}

async function measure(): Promise<BenchmarkDocument> {
  const [rounds, seed, cards, full] = [natural('rounds'), natural('seed'), natural('cards'), natural('full')];
  if (cards > 0 && (full < 1 || full > cards))
    throw new RangeError('--full is at least 1 and at most --cards');
  const { version } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as {
    version: string;
  };
  const loadBefore = loadavg()[0]!;
  // The population first: its memory is compared with that of a process that has done nothing else.
  const census = cards > 0 ? takeCensus({ cards, full, seed, collectGarbage, onProgress: progress }) : null;
  collectGarbage();
  const rates = rounds > 0 ? measureRates(await chosenCases(seed), rounds, seed, progress) : [];
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

if (values.help) {
  process.stdout.write(`${USAGE}\n`);
} else {
  const document = await measure();
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(document, null, 2)}\n`);
  process.stdout.write(formatBenchmarks(document));
}
