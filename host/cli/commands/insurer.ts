/** `imis insurer`: a private insurer as a process that settles claims which wait at NHI (eq. 12). */

import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { systemClock } from '../../index.js';
import { CliError, EXIT, type ExitStatus } from '../cli-error.js';
import { parseNatural } from '../options.js';
import { initialiseInsurer, startInsurer } from '../service/insurer-process.js';
import { PASSPHRASE } from '../service/nhi-folder.js';

const PAUSE_MS = 1_000;

export function addInsurerCommand(program: Command, done: (status: ExitStatus) => void): void {
  const insurer = program
    .command('insurer')
    .description('a private insurer: checks claims that wait at NHI and pays each once')
    .addHelpText(
      'after',
      `
NHI gives the certificate; the insurer's own decryption key is made at the first start.
Keys are files that only their owner can read; with ${PASSPHRASE} in the environment they are sealed under it.

Examples:
  imis nhi certify --data nhi insurer INSURER-1 --out i-1
  imis insurer init --data insurer --id INSURER-1 --nhi https://127.0.0.1:8443 --certificate i-1
  imis insurer serve --data insurer --port 9003`,
    );
  insurer
    .command('init')
    .description('make the folder of an insurer: configuration and key')
    .requiredOption('--data <folder>', 'where everything is kept')
    .requiredOption('--id <id>', "the insurer's identifier, as in its certificate")
    .requiredOption('--nhi <url>', 'where NHI serves, as https://host:port')
    .requiredOption('--certificate <name>', 'reads name.key.pem, name.pem and name.authority.pem of certify')
    .action((options: { data: string; id: string; nhi: string; certificate: string }) => {
      const { data, id: insurerId, nhi, certificate: name } = options;
      const certificate = readPem(`${name}.pem`);
      const authority = readPem(`${name}.authority.pem`);
      initialiseInsurer(data, { insurerId, nhi, certificate, authority }, readPem(`${name}.key.pem`));
      process.stdout.write(`The insurer ${insurerId} is in ${data}.\n`);
      done(EXIT.ok);
    });
  insurer
    .command('serve')
    .description('settle claims until SIGTERM or SIGINT; /health and /metrics on a port')
    .requiredOption('--data <folder>', 'where everything is kept')
    .option('--db <where>', 'postgres://… or the file of an SQLite database (in the folder)')
    .option('--host <address>', 'address of /health and /metrics', '127.0.0.1')
    .option('--port <n>', 'port of /health and /metrics, 0 for any', parseNatural, 9003)
    .option('--pause-ms <n>', 'between two questions to NHI', parseNatural, PAUSE_MS)
    .action(async (options: ServeOptions) => done(await serveInsurer(options)));
}

type ServeOptions = {
  readonly data: string;
  readonly db?: string;
  readonly host: string;
  readonly port: number;
  readonly pauseMs: number;
};

async function serveInsurer({ data, db, host, port, pauseMs }: ServeOptions): Promise<ExitStatus> {
  const log = (entry: object) => process.stdout.write(`${JSON.stringify(entry)}\n`);
  const clock = systemClock;
  const running = await startInsurer({ folder: data, database: db, host, port, pauseMs, clock, log });
  log({ time: clock.now(), listening: `http://${host}:${running.port}` });
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  await running.stop();
  log({ time: clock.now(), stopped: true });
  return EXIT.ok;
}

function readPem(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new CliError(`The file ${file} can not be read; imis nhi certify writes it.`);
  }
}
