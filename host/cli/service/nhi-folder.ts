/** The folder of one NHI: configuration, keys, certificates, and the database unless it is elsewhere. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { fromHex, GROUP_SUITES, type GroupSuiteName, TEST_CARD_BATCH, toHex } from '../../../apdu/index.js';
import {
  type Clock,
  DEFAULT_SUITE,
  FileKeyStore,
  FingerprintGallery,
  issueServiceCertificate,
  KeyFileError,
  loadHostCurve,
  makeServiceAuthority,
  Nhi,
  openStore,
  type PemPair,
  type ServiceName,
  type Store,
  systemClock,
  systemRng,
} from '../../index.js';
import { CliError, EXIT } from '../cli-error.js';

const FILES = {
  configuration: 'nhi.json',
  keys: 'keys',
  database: 'nhi.db',
  authority: 'services.pem',
} as const;
/** The environment variable with the passphrase of the key files. */
export const PASSPHRASE = 'IMIS_PASSPHRASE';
const SERVICE_DAYS = 365;

const configuration = z.strictObject({
  citizenAuthorityKey: z.string().regex(/^[0-9a-f]{66}$/),
  professionAuthorityKey: z.string().regex(/^[0-9a-f]{66}$/),
  suite: z.enum(Object.keys(GROUP_SUITES) as [GroupSuiteName, ...GroupSuiteName[]]),
});
export type NhiConfiguration = z.infer<typeof configuration>;

/** An NHI that runs, and its store. */
export type OpenNhi = { readonly nhi: Nhi; readonly store: Store; readonly keys: FileKeyStore };

/** Makes the folder of a new NHI. @throws {CliError} where there is one already. */
export async function initialise(folder: string, trusted: Omit<NhiConfiguration, 'suite'>): Promise<void> {
  const file = join(folder, FILES.configuration);
  if (existsSync(file)) throw new CliError(`There is an NHI in ${folder} already; choose another folder.`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const keys = keysIn(folder);
  const authority = await makeServiceAuthority(systemRng, systemClock.now());
  keys.save('service-authority', Buffer.from(authority.key));
  writeFileSync(join(folder, FILES.authority), authority.certificate);
  writeFileSync(file, `${JSON.stringify({ ...trusted, suite: DEFAULT_SUITE }, null, 2)}\n`);
}

/** Opens NHI with its keys and its store. @throws {CliError} with what is wrong. */
export async function openNhi(
  folder: string,
  database: string | undefined,
  clock: Clock,
  engineFor?: Parameters<typeof Nhi.open>[0]['engineFor'],
): Promise<OpenNhi> {
  const { citizenAuthorityKey, professionAuthorityKey, suite: name } = configurationIn(folder);
  const keys = keysIn(folder);
  const store = await openStore(database ?? join(folder, FILES.database)).catch((cause: Error) => {
    throw new CliError(`The database can not be opened: ${cause.message}.`, EXIT.unreachable);
  });
  try {
    const suite = GROUP_SUITES[name];
    const galleryKeys = { key: secret(keys, 'gallery'), orderKey: secret(keys, 'gallery-order') };
    const nhi = await Nhi.open({
      citizenAuthorityKey: fromHex(citizenAuthorityKey),
      professionAuthorityKey: fromHex(professionAuthorityKey),
      suite,
      curve: await loadHostCurve(suite.curve.name),
      store,
      keys,
      clock,
      rng: systemRng,
      cardBatches: [TEST_CARD_BATCH],
      search: await FingerprintGallery.start(galleryKeys),
      ...(engineFor ? { engineFor } : {}),
    });
    return { nhi, store, keys };
  } catch (cause) {
    await store.close();
    if (cause instanceof KeyFileError) throw new CliError(cause.message);
    throw cause;
  }
}

/** A certificate for a service, under this NHI's authority. */
export async function certify(folder: string, name: ServiceName): Promise<PemPair> {
  const validity = { notBefore: systemClock.now() - 60, days: SERVICE_DAYS };
  return issueServiceCertificate(authorityIn(folder), name, validity, systemRng);
}

/** The authority's certificate, for both ends of every connection. */
export function authorityCertificate(folder: string): string {
  configurationIn(folder);
  return readFileSync(join(folder, FILES.authority), 'utf8');
}

/** What a judge needs beside a file of evidence. */
export function publicKeysOf({ nhi }: OpenNhi, folder: string): object {
  return {
    nhiSignatureKey: toHex(nhi.publicKeys.signatureKey),
    professionAuthorityKey: configurationIn(folder).professionAuthorityKey,
    suite: configurationIn(folder).suite,
  };
}

function authorityIn(folder: string): PemPair {
  const certificate = authorityCertificate(folder);
  const key = loadKey(keysIn(folder), 'service-authority');
  if (!key) throw new CliError(`The key of the authority for services is missing in ${folder}.`);
  return { key: Buffer.from(key).toString(), certificate };
}

/** A key that may not be there. @throws {CliError} for one that others can read, or that does not open. */
export function loadKey(keys: FileKeyStore, name: string): Uint8Array | undefined {
  try {
    return keys.load(name);
  } catch (cause) {
    if (!(cause instanceof KeyFileError)) throw cause;
    throw new CliError(cause.message);
  }
}

function keysIn(folder: string): FileKeyStore {
  return new FileKeyStore(join(folder, FILES.keys), systemRng, process.env[PASSPHRASE]);
}

function configurationIn(folder: string): NhiConfiguration {
  let text: string;
  try {
    text = readFileSync(join(folder, FILES.configuration), 'utf8');
  } catch {
    throw new CliError(`There is no NHI in ${folder}; imis nhi init makes one.`);
  }
  const parsed = configuration.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  const place = parsed.error.issues[0]!.path.join('.') || 'the whole';
  throw new CliError(`The configuration ${join(folder, FILES.configuration)} is wrong at ${place}.`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function secret(keys: FileKeyStore, name: string): Uint8Array {
  const known = keys.load(name);
  if (known) return known;
  const made = systemRng.bytes(32);
  keys.save(name, made);
  return made;
}
