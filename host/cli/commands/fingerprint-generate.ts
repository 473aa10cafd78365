/** `imis fingerprint generate`. */

import { writeFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  CONDITIONS,
  type ConditionName,
  type FingerPosition,
  impressionOf,
  syntheticFinger,
  writeFingerRecord,
} from '../../index.js';
import { CliError, EXIT, type ExitStatus } from '../cli-error.js';
import { viewText } from '../fingerprint/record-file.js';
import { parseNatural, parseSeed } from '../options.js';

type GenerateOptions = {
  readonly seed: number;
  readonly position: FingerPosition;
  readonly impression: number;
  readonly views: number;
  readonly condition: ConditionName;
  readonly out: string;
};

export function addFingerprintGenerateCommand(parent: Command, done: (status: ExitStatus) => void): void {
  parent
    .command('generate')
    .description('make impressions of a synthetic finger, which is nobody’s, as ISO/IEC 19794-2:2005')
    .requiredOption('--seed <n>', 'which person; the same number gives the same fingers', parseSeed)
    .option(
      '--position <n>',
      'which finger: 1 to 5 right thumb to little finger, 6 to 10 left',
      parsePosition,
      2,
    )
    .option('--impression <n>', 'which impression of it', parseNatural, 1)
    .option('--views <n>', 'how many impressions, from that one on', parseViews, 1)
    .addOption(
      new Option('--condition <name>', 'how well the finger was laid on the sensor')
        .choices(Object.keys(CONDITIONS))
        .default('good'),
    )
    .requiredOption('--out <file>', 'file for the record; - writes to the standard output')
    .addHelpText(
      'after',
      '\nExample:\n  imis fingerprint generate --seed 1 --condition poor --views 2 --out a.fmr',
    )
    .action(async (options: GenerateOptions) => done(await generate(options)));
}

function parsePosition(text: string): number {
  const position = parseNatural(text);
  if (position < 1 || position > 10) throw new InvalidArgumentError('A finger is a number from 1 to 10.');
  return position;
}

function parseViews(text: string): number {
  const views = parseNatural(text);
  if (views < 1 || views > 10) throw new InvalidArgumentError('A record has 1 to 10 impressions.');
  return views;
}

async function generate({
  seed,
  position,
  impression,
  views,
  condition,
  out,
}: GenerateOptions): Promise<ExitStatus> {
  const finger = syntheticFinger(`${seed}/${position}`);
  const made = Array.from({ length: views }, (_, i) =>
    impressionOf(finger, {
      seed: `${seed}/${position}/${impression + i}`,
      condition: CONDITIONS[condition],
      position,
      viewNumber: i,
    }),
  );
  const record = writeFingerRecord({ captureDevice: 0, views: made });
  if (out === '-') {
    process.stdout.write(record);
    return EXIT.ok;
  }
  await writeFile(out, record).catch(() => {
    throw new CliError(`The file ${out} can not be written; check the path.`);
  });
  process.stdout.write(
    `${out}: ${record.length} bytes\n${made.map((view) => `  ${viewText(view)}\n`).join('')}`,
  );
  return EXIT.ok;
}
