/** `imis nhi`: the insurer's services as a process, certificates for institutions, openings for a judge. */

import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { fromHex } from '../../../apdu/index.js';
import {
  forgetExpired,
  openApiDocument,
  openCase,
  SERVICE_ROLES,
  type ServiceRole,
  startNhiServer,
  systemClock,
  systemRng,
  toByteJson,
  VerifierThreads,
} from '../../index.js';
import { CliError, EXIT, type ExitStatus } from '../cli-error.js';
import { writePrivateFile } from '../memory/private-file.js';
import { parseNatural } from '../options.js';
import {
  authorityCertificate,
  certify,
  initialise,
  openNhi,
  PASSPHRASE,
  publicKeysOf,
} from '../service/nhi-folder.js';

const SWEEP_MS = 60_000;
const REQUESTS_A_SECOND = 2_000;
const MOST_AT_ONCE = 256;

type Where = { readonly data: string; readonly db?: string };

export function addNhiCommand(program: Command, done: (status: ExitStatus) => void): void {
  const nhi = program
    .command('nhi')
    .description("NHI's services: registers, records, spent-lists, openings, over HTTP")
    .addHelpText(
      'after',
      `
Keys are files that only their owner can read; with ${PASSPHRASE} in the environment they are sealed under it.

Examples:
  imis nhi init --data nhi --citizen-key HEX --profession-key HEX
  imis nhi certify --data nhi hospital H-0001 --out h-0001
  imis nhi serve --data nhi --port 8443
  imis nhi serve --data nhi --db postgres://imis@127.0.0.1/imis
  imis nhi open --data nhi --case case.json --out evidence.json
  imis nhi openapi > nhi.json`,
    );
  nhi
    .command('init')
    .description('make the folder of a new NHI: configuration, keys, authority for services')
    .requiredOption('--data <folder>', 'where everything is kept')
    .requiredOption('--citizen-key <hex>', 'public key of the citizen PKI, compressed P-256')
    .requiredOption('--profession-key <hex>', 'public key of the profession register')
    .action(async (options: { data: string; citizenKey: string; professionKey: string }) => {
      const trusted = {
        citizenAuthorityKey: keyText(options.citizenKey),
        professionAuthorityKey: keyText(options.professionKey),
      };
      await initialise(options.data, trusted);
      process.stdout.write(`NHI is in ${options.data}.\n`);
      done(EXIT.ok);
    });
  nhi
    .command('certify <role> <id>')
    .description(`a key and a certificate for an institution; roles: ${SERVICE_ROLES.join(', ')}`)
    .requiredOption('--data <folder>', 'where everything is kept')
    .requiredOption('--out <name>', 'writes name.key.pem, name.pem and name.authority.pem')
    .action(async (role: string, id: string, { data, out }: { data: string; out: string }) => {
      const known = SERVICE_ROLES.find((name) => name === role);
      if (!known) throw new CliError(`There is no role "${role}"; known: ${SERVICE_ROLES.join(', ')}.`);
      await writeCertificate(data, known, id, out);
      done(EXIT.ok);
    });
  nhi
    .command('serve')
    .description('serve until SIGTERM or SIGINT')
    .requiredOption('--data <folder>', 'where everything is kept')
    .option('--db <where>', 'postgres://… or the file of an SQLite database (in the folder)')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <n>', 'port, 0 for any', parseNatural, 8443)
    .option(
      '--most-at-once <n>',
      'requests worked on at once; beyond that NHI says "later"',
      parseNatural,
      MOST_AT_ONCE,
    )
    .option('--requests-a-second <n>', 'of one caller', parseNatural, REQUESTS_A_SECOND)
    .action(async (options: ServeOptions) => done(await serveNhi(options)));
  nhi
    .command('open')
    .description('open the signature under a disputed record and write the evidence')
    .requiredOption('--data <folder>', 'where everything is kept')
    .option('--db <where>', 'as for serve')
    .requiredOption('--case <file>', 'JSON: pid, messageId, judgeNonce (hexadecimal), reason')
    .requiredOption('--out <file>', 'where the evidence goes')
    .option('--keys <file>', 'where the public keys go that the judge needs')
    .action(async (options: OpenOptions) => done(await openForJudge(options)));
  nhi
    .command('openapi')
    .description('the OpenAPI document of the HTTP interface')
    .action(() => {
      process.stdout.write(`${JSON.stringify(openApiDocument(), null, 2)}\n`);
      done(EXIT.ok);
    });
}

function keyText(text: string): string {
  if (!/^0[23][0-9a-f]{64}$/i.test(text))
    throw new CliError('A public key is 33 bytes in hexadecimal, compressed.');
  return text.toLowerCase();
}

async function writeCertificate(data: string, role: ServiceRole, id: string, out: string): Promise<void> {
  if (!/^[A-Za-z0-9-]{1,12}$/.test(id)) {
    throw new CliError('An identifier has 1 to 12 letters, digits and dashes.');
  }
  const authority = authorityCertificate(data);
  const { key, certificate } = await certify(data, { role, id });
  await writePrivateFile(`${out}.key.pem`, Buffer.from(key));
  await writePrivateFile(`${out}.pem`, Buffer.from(certificate));
  await writePrivateFile(`${out}.authority.pem`, Buffer.from(authority));
  process.stdout.write(`${role} ${id}: ${out}.key.pem, ${out}.pem, ${out}.authority.pem\n`);
}

type ServeOptions = Where & {
  readonly host: string;
  readonly port: number;
  readonly mostAtOnce: number;
  readonly requestsASecond: number;
};

async function serveNhi(options: ServeOptions): Promise<ExitStatus> {
  const { data, db, host, port, mostAtOnce, requestsASecond } = options;
  const log = (entry: object) => process.stdout.write(`${JSON.stringify(entry)}\n`);
  const own = await certify(data, { role: 'nhi', id: 'NHI' });
  const threads = new VerifierThreads(systemRng);
  const { nhi, store } = await openNhi(data, db, systemClock, threads.engineFor);
  const limits = { mostAtOnce, requestsASecond };
  const server = await startNhiServer({
    nhi,
    clock: systemClock,
    own,
    authority: authorityCertificate(data),
    host,
    port,
    ...limits,
    log,
    // the message may hold what was asked: only its kind is told
    onError: (cause) =>
      log({ time: systemClock.now(), error: cause instanceof Error ? cause.name : 'unknown' }),
  }).catch(async (cause: Error) => {
    await store.close();
    await threads.stop();
    throw new CliError(`NHI can not listen on ${host}:${port}: ${cause.message}.`, EXIT.unreachable);
  });
  log({ time: systemClock.now(), listening: `https://${host}:${server.port}` });
  const sweep = setInterval(
    () => void forgetExpired(store, systemClock.now()).catch(() => undefined),
    SWEEP_MS,
  );
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  clearInterval(sweep);
  await server.stop();
  await threads.stop();
  await store.close();
  log({ time: systemClock.now(), stopped: true });
  return EXIT.ok;
}

type OpenOptions = Where & { readonly case: string; readonly out: string; readonly keys?: string };

async function openForJudge({ data, db, case: file, out, keys }: OpenOptions): Promise<ExitStatus> {
  const asked = caseIn(file);
  const open = await openNhi(data, db, systemClock);
  try {
    const opened = await openCase(open.nhi, asked);
    if (!opened.ok) {
      process.stderr.write(`imis: ${opened.reason}.\n`);
      return EXIT.failed;
    }
    await writePrivateFile(out, Buffer.from(toByteJson(opened.evidence)));
    if (keys) {
      await writePrivateFile(keys, Buffer.from(`${JSON.stringify(publicKeysOf(open, data), null, 2)}\n`));
    }
    process.stdout.write(
      `The evidence is in ${out}; the opening is entry ${opened.evidence.auditPosition} of the audit log.\n`,
    );
    return EXIT.ok;
  } finally {
    await open.store.close();
  }
}

function caseIn(file: string) {
  let asked: Record<string, unknown>;
  try {
    asked = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  } catch {
    throw new CliError(`The case ${file} can not be read as JSON.`);
  }
  const hex = (name: string): Uint8Array => {
    const value = asked?.[name];
    if (typeof value !== 'string' || !/^[0-9a-f]{32}$/.test(value)) {
      throw new CliError(`The case ${file} needs "${name}": 16 bytes in hexadecimal.`);
    }
    return fromHex(value);
  };
  const { reason } = asked ?? {};
  if (typeof reason !== 'string' || reason.length < 1 || Buffer.byteLength(reason) > 96) {
    throw new CliError(`The case ${file} needs "reason": 1 to 96 bytes of text.`);
  }
  return { pid: hex('pid'), messageId: hex('messageId'), judgeNonce: hex('judgeNonce'), reason };
}
