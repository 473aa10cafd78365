/** `imis card image`: a simulated card into a file, and what a file holds. */

import type { Command } from 'commander';
import { summarizeWear } from '../../../applet/index.js';
import { EXIT, type ExitStatus } from '../cli-error.js';
import { cardFromImage, readCardImage, writeCardImage } from '../memory/card-image-store.js';
import { parseSeed } from '../options.js';
import { type BenchCardArguments, benchCardFrom, withBenchCardOptions } from './bench-card-options.js';

export function addCardImageCommand(card: Command, done: (status: ExitStatus) => void): void {
  const image = card.command('image').description('a card as a file: everything it remembers');
  withBenchCardOptions(
    image
      .command('save')
      .description('write the image of a card')
      .argument('<file>', 'file to write, readable for its owner only')
      .option('--seed <n>', 'make the card repeatable', parseSeed),
  )
    .addHelpText('after', `\n${WARNING}\n\nExample:\n  imis card image save --card patient visited.image`)
    .action(async (file: string, options: SaveArguments, command: Command) =>
      done(await save(file, options, command)),
    );
  image
    .command('show')
    .description('say what an image file holds, no secrets')
    .argument('<file>', 'image file')
    .option('--json', 'one JSON document instead of text')
    .action(async (file: string, options: { readonly json?: true }) => done(await show(file, options.json)));
}

const WARNING =
  'An image holds every secret of the card in the clear: keys, PINs, medical data. Treat it as you would the card with its PIN on it.';

type SaveArguments = BenchCardArguments & { readonly seed?: number };

async function save(file: string, options: SaveArguments, command: Command): Promise<ExitStatus> {
  const made = await benchCardFrom(command, options, options.seed ?? null);
  await writeCardImage(file, made.card, made);
  process.stdout.write(`The ${options.state} ${made.kind} card, profile ${made.profile}: ${file}\n`);
  process.stderr.write(`${WARNING}\n`);
  return EXIT.ok;
}

async function show(file: string, json: true | undefined): Promise<ExitStatus> {
  const saved = await readCardImage(file);
  // Also tells whether the programs of today can go on with it.
  const card = cardFromImage(file, saved);
  const { application, profile, seeded, limits, image } = saved;
  const wear = summarizeWear(saved.wear);
  const flash = card.nvm.flash;
  const writtenPages = Array.from({ length: flash.pages }, (_, page) => flash.isErased(page)).filter(
    (erased) => !erased,
  ).length;
  const document = { application, profile, seeded, limits, powered: image.powered, writtenPages, wear };
  process.stdout.write(
    json
      ? `${JSON.stringify(document, null, 2)}\n`
      : [
          `${application} card, profile ${profile}, power ${image.powered ? 'on' : 'off'}${seeded ? ', made with a seed' : ''}`,
          `NVM ${limits.nvmBytes} bytes in ${flash.pages} pages of ${limits.pageBytes}, ${writtenPages} of them written; RAM ${limits.ramBytes} bytes`,
          `commit buffer ${limits.commitBufferBytes} bytes, APDU buffer ${limits.apduBufferBytes} bytes, extended length ${limits.extendedLength ? 'yes' : 'no'}`,
          `wear: ${wear.programs} page programs, ${wear.erases} erases; most on one page ${wear.mostCycles} of ${limits.enduranceCycles} cycles`,
          '',
        ].join('\n'),
  );
  return EXIT.ok;
}
