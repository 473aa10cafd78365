/** One insurer as a process: its folder, and the rounds in which it fetches and settles claims. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { suiteOfPublicKey } from '../../../apdu/index.js';
import {
  ClaimLedger,
  type Clock,
  EpochVerifier,
  FileKeyStore,
  Insurer,
  KeyFileError,
  LineError,
  loadHostCurve,
  NhiClient,
  openStore,
  startStatusServer,
  systemRng,
} from '../../index.js';
import { CliError, EXIT } from '../cli-error.js';
import { loadKey, PASSPHRASE } from './nhi-folder.js';

const FILES = { configuration: 'insurer.json', keys: 'keys', database: 'insurer.db' } as const;

const configuration = z.strictObject({
  insurerId: z.string().regex(/^[A-Za-z0-9-]{1,12}$/),
  nhi: z.string().regex(/^https:\/\/\S+$/),
  certificate: z.string().startsWith('-----BEGIN CERTIFICATE-----'),
  authority: z.string().startsWith('-----BEGIN CERTIFICATE-----'),
});
export type InsurerConfiguration = z.infer<typeof configuration>;

/** Makes the folder of an insurer. @throws {CliError} with what is wrong. */
export function initialiseInsurer(folder: string, chosen: InsurerConfiguration, serviceKey: string): void {
  const file = join(folder, FILES.configuration);
  if (existsSync(file))
    throw new CliError(`There is an insurer in ${folder} already; choose another folder.`);
  const checked = checkedConfiguration(chosen, 'What was given');
  if (!serviceKey.startsWith('-----BEGIN PRIVATE KEY-----')) {
    throw new CliError('The key of the service certificate is not a private key in PEM.');
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  keysIn(folder).save('service', Buffer.from(serviceKey));
  writeFileSync(file, `${JSON.stringify(checked, null, 2)}\n`, { mode: 0o600 });
}

export type InsurerProcessOptions = {
  readonly folder: string;
  /** `postgres://…` or an SQLite file; one in the folder where left out. */
  readonly database?: string | undefined;
  readonly host: string;
  readonly port: number;
  /** Between two rounds. */
  readonly pauseMs: number;
  readonly clock: Clock;
  /** Told of every settled claim and of every lost line; nothing of a patient or a claim. */
  readonly log: (entry: object) => void;
};

export interface RunningInsurer {
  /** Of `/health` and `/metrics`. */
  readonly port: number;
  readonly insurer: Insurer;
  /** Ends the round that is on, then closes. */
  stop(): Promise<void>;
}

/** @throws {CliError} where the folder is wrong, or NHI or the database is not reached. */
export async function startInsurer(options: InsurerProcessOptions): Promise<RunningInsurer> {
  const { folder, database, clock, log, pauseMs } = options;
  const { insurerId, nhi: url, certificate, authority } = configurationIn(folder);
  const keys = keysIn(folder);
  const client = new NhiClient({ url, authority, own: { key: serviceKeyIn(keys, folder), certificate } });
  const store = await openStore(database ?? join(folder, FILES.database)).catch((cause: Error) => {
    throw new CliError(`The database can not be opened: ${cause.message}.`, EXIT.unreachable);
  });
  const closeLines = async () => {
    client.close();
    await store.close();
  };
  try {
    let { groupKeys, ...nhiKeys } = await client.publicKeys();
    const [first] = groupKeys;
    const suite = first && suiteOfPublicKey(first.publicKey);
    if (!suite) throw new CliError('NHI publishes no group key that this program knows.');
    const curve = await loadHostCurve(suite.curve.name);
    const issuerKey = nhiKeys.signatureKey;
    const verifier = new EpochVerifier({ curve, issuerKey, clock, published: () => groupKeys });
    const ledger = await ClaimLedger.open(store);
    const nhi = client.door('insurer');
    const insurer = await Insurer.open({
      insurerId,
      nhiKeys,
      verifier,
      keys,
      ledger,
      clock,
      rng: systemRng,
      nhi,
    });
    const counts = { imis_claims_paid_total: 0, imis_claims_refused_total: 0, imis_line_errors_total: 0 };
    let healthy = true;
    const status = await startStatusServer({ healthy: () => healthy, counters: () => counts }, options);
    const round = async () => {
      try {
        // a new epoch is heard of before signatures of it are judged
        ({ groupKeys } = await client.publicKeys());
        for (const settled of await insurer.fetchClaims()) {
          if (settled.ok) counts.imis_claims_paid_total++;
          else counts.imis_claims_refused_total++;
          log({ time: clock.now(), claim: settled.ok ? 'paid' : settled.code });
        }
        healthy = true;
      } catch (cause) {
        if (!(cause instanceof LineError)) throw cause;
        counts.imis_line_errors_total++;
        if (healthy) log({ time: clock.now(), error: 'no answer from NHI', again: `every ${pauseMs} ms` });
        healthy = false;
      }
    };
    const rounds = repeat(round, pauseMs, (cause) => {
      healthy = false;
      // the message may hold what was asked: only its kind is told
      log({ time: clock.now(), error: cause instanceof Error ? cause.name : 'unknown' });
    });
    return {
      port: status.port,
      insurer,
      async stop() {
        await rounds.stop();
        await status.stop();
        await closeLines();
      },
    };
  } catch (cause) {
    await closeLines();
    if (cause instanceof LineError)
      throw new CliError(`${cause.message} (NHI is at ${url}).`, EXIT.unreachable);
    if (cause instanceof KeyFileError) throw new CliError(cause.message);
    throw cause;
  }
}

/** Runs `work` again and again, never twice at once. */
function repeat(work: () => Promise<void>, pauseMs: number, failed: (cause: unknown) => void) {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let current = Promise.resolve();
  const next = () => {
    current = work()
      .catch(failed)
      .then(() => {
        if (!stopped) timer = setTimeout(next, pauseMs);
      });
  };
  next();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await current;
    },
  };
}

function keysIn(folder: string): FileKeyStore {
  return new FileKeyStore(join(folder, FILES.keys), systemRng, process.env[PASSPHRASE]);
}

function serviceKeyIn(keys: FileKeyStore, folder: string): string {
  const key = loadKey(keys, 'service');
  if (!key) throw new CliError(`The key of the service certificate is missing in ${folder}.`);
  return Buffer.from(key).toString();
}

function configurationIn(folder: string): InsurerConfiguration {
  const file = join(folder, FILES.configuration);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new CliError(`There is no insurer in ${folder}; imis insurer init makes one.`);
  }
  try {
    return checkedConfiguration(JSON.parse(text), `The configuration ${file}`);
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new CliError(`The configuration ${file} is not JSON.`);
    throw cause;
  }
}

function checkedConfiguration(given: unknown, what: string): InsurerConfiguration {
  const parsed = configuration.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new CliError(`${what} is wrong at ${parsed.error.issues[0]!.path.join('.') || 'the whole'}.`);
}
