/** `imis card memory`: who owns which bytes, what is free, what wears, as text, JSON or a picture. */

import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { CliError, EXIT, type ExitStatus } from '../cli-error.js';
import { measureVisit } from '../memory/measured-visit.js';
import { type MemoryDocument, memoryDocument } from '../memory/memory-document.js';
import { memorySvg } from '../memory/memory-svg.js';
import { memoryText } from '../memory/memory-text.js';
import { parseSeed } from '../options.js';
import { profileNamed } from '../simulated-card.js';
import { type BenchCardArguments, benchCardFrom, withBenchCardOrImageOptions } from './bench-card-options.js';
import { visitInputFrom } from './visit.js';

/** Figures hardly depend on the seed; one seed makes them exact. */
const MODEL_SEED = 1;

type MemoryArguments = BenchCardArguments & {
  readonly json?: true;
  readonly svg?: string;
  readonly seed: number;
};

export function addCardMemoryCommand(card: Command, done: (status: ExitStatus) => void): void {
  withBenchCardOrImageOptions(
    card
      .command('memory')
      .description('the map of NVM and RAM, wear of the flash, and how many visits it lasts')
      .option('--json', 'one JSON document (docs/card-memory.schema.json) instead of text')
      .option('--svg <file>', 'write a picture of both memories and of the wear')
      .option('--seed <n>', 'seed of the visit that is measured', parseSeed, MODEL_SEED),
  )
    .addHelpText(
      'after',
      `
Examples:
  imis card memory --card professional
  imis card memory --profile nxp-j2e081 --svg memory.svg
  imis card memory --state blank --json`,
    )
    .action(async (options: MemoryArguments, command: Command) => done(await memory(options, command)));
}

async function memory(options: MemoryArguments, command: Command): Promise<ExitStatus> {
  const document = await documentFor(options, command);
  if (options.svg !== undefined) {
    await writeFile(options.svg, memorySvg(document)).catch(() => {
      throw new CliError(`The picture ${options.svg} can not be written; check the path.`);
    });
  }
  process.stdout.write(options.json ? `${JSON.stringify(document, null, 2)}\n` : memoryText(document));
  return EXIT.ok;
}

async function documentFor(options: MemoryArguments, command: Command): Promise<MemoryDocument> {
  if (options.image !== undefined || options.state === 'blank') {
    const { card, profile } = await benchCardFrom(command, options, options.seed);
    const state = options.image === undefined ? 'blank' : 'image';
    return memoryDocument(card, { profile, state }, undefined);
  }
  const profile = profileNamed(options.profile);
  const input = await visitInputFrom(options.input);
  const holder = options.card === 'patient' ? 'patient' : 'doctor';
  const measured = await measureVisit({ input, profile, seed: options.seed }, holder);
  return memoryDocument(measured.card, { profile: profile.id, state: 'visited' }, measured);
}
