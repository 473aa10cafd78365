/** `imis card`: the simulated card, looked into, saved, replayed, and in a reader that other programs use. */

import type { Command } from 'commander';
import { serveVpcd, TransportError, VPCD_DEFAULT_PORT } from '../../../reader-drivers/index.js';
import { CliError, EXIT, type ExitStatus } from '../cli-error.js';
import { type BenchCardArguments, benchCardFrom, withBenchCardOrImageOptions } from './bench-card-options.js';
import { addCardImageCommand } from './card-image.js';
import { addCardMemoryCommand } from './card-memory.js';
import { addCardReplayCommand } from './card-replay.js';

type ServeArguments = BenchCardArguments & { readonly vpcd: string; readonly seed?: string };

export function addCardCommand(program: Command, done: (status: ExitStatus) => void): void {
  const card = program
    .command('card')
    .description('the simulated card: its memory, its image, its sessions; the card for other programs');
  addCardMemoryCommand(card, done);
  addCardImageCommand(card, done);
  addCardReplayCommand(card, done);
  withBenchCardOrImageOptions(
    card
      .command('serve')
      .description("put the simulated card into pcscd's virtual reader (vpcd) until Ctrl-C")
      .option('--vpcd <host:port>', 'where the virtual reader listens', `127.0.0.1:${VPCD_DEFAULT_PORT}`)
      .option('--seed <n>', 'refused: a served card meets programs that must not know its keys'),
  )
    .addHelpText(
      'after',
      `
The virtual reader comes with Debian's vsmartcard-vpcd; start it with: pcscd -f
It listens on all interfaces: use it on a machine or in a network namespace of your own.
Then try: opensc-tool -l, opensc-tool -a, opensc-tool -s 00A4040C06F0494D495301`,
    )
    .action(async (options: ServeArguments, command: Command) => done(await serve(options, command)));
}

/** @throws {CliError} for an address without a port that something can listen on. */
function parseAddress(text: string): { readonly host: string; readonly port: number } {
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  if (!host || Number(port) < 1 || Number(port) > 65535)
    throw new CliError(`--vpcd takes HOST:PORT, not "${text}".`);
  return { host, port: Number(port) };
}

async function serve(options: ServeArguments, command: Command): Promise<ExitStatus> {
  if (options.seed !== undefined)
    throw new CliError('--seed is refused for a served card: its keys would be known.');
  const address = parseAddress(options.vpcd);
  const { card, kind, seeded } = await benchCardFrom(command, options, null);
  if (seeded) {
    throw new CliError(
      `${options.image} is refused for a served card: it was made with --seed, and its keys are known.`,
    );
  }
  const end = await serveVpcd(card, address).catch((error: unknown) => {
    if (error instanceof TransportError)
      throw new CliError(`${error.message}.`.replace(/\.\.$/, '.'), EXIT.unreachable);
    throw error;
  });
  process.stderr.write(`The ${kind} card is in the reader at ${options.vpcd}. Ctrl-C takes it out.\n`);
  const stop = (): void => void end.close();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    await end.ended;
  } catch (error) {
    if (error instanceof TransportError)
      throw new CliError(`${error.message}.`.replace(/\.\.$/, '.'), EXIT.unreachable);
    throw error;
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
  return EXIT.ok;
}
