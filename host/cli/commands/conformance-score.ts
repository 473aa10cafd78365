/** `imis conformance score`: how many defective cards the suite catches. */

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import {
  type DefectVerdict,
  learn,
  type PastCatches,
  passes,
  type SeededDefect,
  scoreToLines,
  scoreToMarkdown,
  tallyGroups,
  verdictToLine,
} from '../../../conformance/index.js';
import { CliError, EXIT, type ExitStatus } from '../cli-error.js';
import { parseNatural, parseSeed } from '../options.js';
import { PACKAGE_ROOT } from '../package-root.js';
import { catalogue, DEFAULT_DRAW } from '../score/catalogue.js';
import { judgeAll } from '../score/worker-pool.js';

type ScoreArguments = {
  readonly seed: number;
  readonly mechanical: number;
  readonly filter?: string;
  readonly sample?: number;
  readonly jobs: number;
  readonly json?: string;
  readonly renew?: true;
};

const PAST_CATCHES = join(PACKAGE_ROOT, 'conformance/score/past-catches.json');
const DOCUMENT = join(PACKAGE_ROOT, 'docs/conformance-score.md');
const MOST_JOBS = 16;

export function addScoreCommand(conformance: Command, done: (status: ExitStatus) => void): void {
  conformance
    .command('score')
    .description('how many cards that are wrong in one way each the suite catches')
    .option('--seed <n>', 'draws the mechanical defects, and the sample', parseSeed, DEFAULT_DRAW.seed)
    .option('--mechanical <n>', 'how many mechanical defects are drawn', parseNatural, DEFAULT_DRAW.count)
    .option(
      '--filter <text>',
      'defects whose identifier, group, category or place contains it; commas between',
    )
    .option('--sample <n>', 'judge only so many defects, drawn by the seed', parseNatural)
    .option('--jobs <n>', 'threads', parseJobs, Math.min(2, availableParallelism()))
    .option('--json <file>', 'write the verdicts as JSON')
    .option('--renew', 'keep what caught what for the next run, and write docs/conformance-score.md')
    .addHelpText(
      'after',
      `
A defect is a card with one class, handler, declaration or line of its program changed. Each meets the cases, those
first that caught it or others before, until a hand-written case fails. Run from a built checkout or the package.

Exit status: 0 when each group reaches 95 %, 1 when one does not, 2 for a usage error.

Examples:
  imis conformance score --filter pin
  imis conformance score --sample 15 --seed 7
  imis conformance score --seed 2 --filter mechanical --json score.json`,
    )
    .action(async (options: ScoreArguments) => done(await score(options)));
}

function parseJobs(text: string): number {
  const jobs = parseNatural(text);
  if (jobs < 1 || jobs > MOST_JOBS) throw new InvalidArgumentError(`1 to ${MOST_JOBS} threads are possible.`);
  return jobs;
}

async function score(options: ScoreArguments): Promise<ExitStatus> {
  const draw = { seed: options.seed, count: options.mechanical };
  const defects = chosen(
    catalogue(draw).map(({ targets: _, ...defect }) => defect),
    options,
  );
  if (defects.length === 0) throw new CliError(`No defect is named ${options.filter}.`);
  if (options.renew && (options.filter !== undefined || options.sample !== undefined)) {
    throw new CliError('--renew needs all defects: leave --filter and --sample away.');
  }
  const past = JSON.parse(readFileSync(PAST_CATCHES, 'utf8')) as PastCatches;
  const { jobs } = options;
  const onVerdict = progress(defects.length);
  const verdicts = await judgeAll(defects, { draw, past, jobs, onVerdict });
  const run = { seed: options.seed, verdicts };
  for (const line of scoreToLines(run)) process.stdout.write(`${line}\n`);
  const groups = tallyGroups(verdicts);
  if (options.json !== undefined) {
    const document = { scoreVersion: 1, seed: options.seed, groups, verdicts };
    write(options.json, `${JSON.stringify(document, null, 2)}\n`);
  }
  if (options.renew) {
    write(PAST_CATCHES, `${JSON.stringify(learn(verdicts), null, 2)}\n`);
    write(DOCUMENT, scoreToMarkdown(run));
  }
  return passes(groups) ? EXIT.ok : EXIT.failed;
}

function chosen(defects: readonly SeededDefect[], options: ScoreArguments): readonly SeededDefect[] {
  const terms = (options.filter ?? '').split(',').map((term) => term.trim());
  const filtered = defects.filter(({ id, group, category, where }) =>
    terms.some((term) => `${id} ${group} ${category} ${where}`.includes(term)),
  );
  if (options.sample === undefined) return filtered;
  const rank = ({ id }: SeededDefect) => createHash('sha256').update(`${options.seed} ${id}`).digest('hex');
  return [...filtered].sort((a, b) => (rank(a) < rank(b) ? -1 : 1)).slice(0, options.sample);
}

/** A line for each defect; on a terminal one line in all, with the time that is left. */
function progress(total: number): (verdict: DefectVerdict) => void {
  const start = performance.now();
  const terminal = process.stdout.isTTY === true;
  let done = 0;
  return (verdict) => {
    done++;
    const leftSeconds = Math.round(((performance.now() - start) / done / 1000) * (total - done));
    const place = `${done}/${total}, about ${leftSeconds} s left`;
    if (!terminal) process.stdout.write(`${verdictToLine(verdict)}\n`);
    else process.stdout.write(`\r${place}: ${verdict.id}\x1b[K${done === total ? '\r\x1b[K' : ''}`);
  };
}

/** @throws {CliError} when the file can not be written. */
function write(path: string, content: string): void {
  try {
    writeFileSync(path, content);
  } catch {
    throw new CliError(`The file ${path} can not be written; check the path.`);
  }
}
