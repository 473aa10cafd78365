/** `imis fingerprint match` and `imis fingerprint identify`. */

import { type Command, InvalidArgumentError } from 'commander';
import {
  FALSE_POSITIVE_RATE,
  FingerprintGallery,
  type FingerRecord,
  type FingerView,
  indexEdges,
  isGoodEnough,
  LEAST_MINUTIAE,
  Matcher,
  prepareTemplate,
  scoreThreshold,
  systemRng,
} from '../../index.js';
import { CliError, EXIT, type ExitStatus } from '../cli-error.js';
import { readRecordFile } from '../fingerprint/record-file.js';
import { printResult } from '../gs/gs-output.js';

type MatchOptions = { readonly falseMatchRate: number; readonly json?: true };

export function addFingerprintMatchCommand(parent: Command, done: (status: ExitStatus) => void): void {
  parent
    .command('match')
    .description('compare two records: the best score over their impressions, and the decision')
    .argument('<probe>', 'file with a finger minutiae record; - reads the standard input')
    .argument('<reference>', 'file with another')
    .option('--false-match-rate <rate>', 'strangers that may match, between 0 and 1', parseRate, 0.001)
    .option('--json', 'one JSON document instead of text')
    .addHelpText('after', '\nExample:\n  imis fingerprint match a.fmr b.fmr --false-match-rate 0.0001 --json')
    .action(async (probe: string, reference: string, options: MatchOptions) =>
      done(await match(probe, reference, options)),
    );
}

function parseRate(text: string): number {
  const rate = Number(text);
  if (text.trim() === '' || !(rate > 0 && rate < 1))
    throw new InvalidArgumentError('A number between 0 and 1 is expected.');
  return rate;
}

async function match(probePath: string, referencePath: string, options: MatchOptions): Promise<ExitStatus> {
  if (probePath === '-' && referencePath === '-')
    throw new CliError('Only one record can come from the standard input.');
  const [probe, reference] = [await readRecordFile(probePath), await readRecordFile(referencePath)];
  const threshold = scoreThreshold(1, options.falseMatchRate, 1);
  const json = options.json === true;
  const [probes, references] = [goodViews(probe), goodViews(reference)];
  if (probes.length === 0 || references.length === 0) {
    const document = { decision: 'recapture', score: null, threshold };
    printResult(json, document, [`capture again: an impression has fewer than ${LEAST_MINUTIAE} minutiae`]);
    return EXIT.failed;
  }
  const matcher = new Matcher();
  const templates = references.map(prepareTemplate);
  const scores = probes.flatMap((view) => {
    const index = indexEdges(prepareTemplate(view));
    return templates.map((template) => matcher.compare(index, template));
  });
  const score = Math.max(...scores);
  const decision = score - Math.log(scores.length) >= threshold ? 'match' : 'no-match';
  const document = { decision, score, threshold, comparisons: scores.length };
  printResult(json, document, [
    `${decision === 'match' ? 'match' : 'no match'}: score ${score.toFixed(2)}, threshold ${threshold.toFixed(2)}` +
      `${scores.length > 1 ? `, best of ${scores.length} comparisons` : ''}`,
  ]);
  return decision === 'match' ? EXIT.ok : EXIT.failed;
}

function goodViews({ views }: FingerRecord): FingerView[] {
  return views.filter(isGoodEnough);
}

type IdentifyOptions = { readonly json?: true };

export function addFingerprintIdentifyCommand(parent: Command, done: (status: ExitStatus) => void): void {
  parent
    .command('identify')
    .description('search a record among others: identified, candidates, not found or recapture')
    .argument('<probe>', 'file with the impressions of one person; - reads the standard input')
    .argument('<enrolled...>', 'files, each with the impressions of one person')
    .option('--json', 'one JSON document instead of text')
    .addHelpText(
      'after',
      '\nImpressions are compared finger by finger; those of an unknown finger (position 0) can not be enrolled.' +
        '\n\nExample:\n  imis fingerprint identify emergency.fmr enrolled/*.fmr --json',
    )
    .action(async (probe: string, enrolled: readonly string[], options: IdentifyOptions) =>
      done(await identify(probe, enrolled, options.json === true)),
    );
}

async function identify(probePath: string, paths: readonly string[], json: boolean): Promise<ExitStatus> {
  const probe = await readRecordFile(probePath);
  const gallery = await FingerprintGallery.start({ key: systemRng.bytes(32), orderKey: systemRng.bytes(32) });
  try {
    for (const path of new Set(paths)) {
      const { views } = await readRecordFile(path);
      const outcome = await gallery.enrol({ pseudonym: path, views });
      if (outcome.kind === 'recapture') {
        throw new CliError(
          `The file ${path} can not be enrolled: each finger needs a position and an impression of ${LEAST_MINUTIAE} minutiae.`,
        );
      }
    }
    const outcome = await gallery.identify(probe.views);
    printResult(json, outcome, [
      {
        identified: 'identified',
        candidates: 'candidates, for a person to check',
        'not-found': 'not found',
        recapture: 'capture again',
      }[outcome.kind] + `, among ${outcome.searched} ${outcome.searched === 1 ? 'person' : 'people'}`,
      ...(outcome.kind === 'identified'
        ? [outcome]
        : outcome.kind === 'candidates'
          ? outcome.candidates
          : []
      ).map(({ pseudonym, score }) => `  ${pseudonym}: score ${score.toFixed(2)}`),
      ...(outcome.kind === 'recapture'
        ? []
        : [`  a search for a stranger names somebody once in ${1 / FALSE_POSITIVE_RATE.identified}`]),
    ]);
    return outcome.kind === 'identified' ? EXIT.ok : EXIT.failed;
  } finally {
    await gallery.close();
  }
}
