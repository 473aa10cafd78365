/** NHI as a process of its own, to be killed: the production code, with the clock of the run. */

import { readFileSync } from 'node:fs';
import { GROUP_SUITES, TEST_CARD_BATCH } from '../../apdu/index.js';
import {
  DEFAULT_SUITE,
  FileKeyStore,
  FingerprintGallery,
  fromByteJson,
  loadHostCurve,
  ManualClock,
  Nhi,
  openStore,
  type PemPair,
  startNhiServer,
  systemRng,
  VerifierThreads,
} from '../../host/index.js';

/** What the parent wrote for this process. */
export type ProcessSettings = {
  readonly keys: string;
  readonly db: string;
  readonly time: number;
  readonly port: number;
  /** Requests that are worked on at once. */
  readonly mostAtOnce: number;
  readonly citizenAuthorityKey: Uint8Array;
  readonly professionAuthorityKey: Uint8Array;
  readonly own: PemPair;
  readonly authority: string;
};

const settings = fromByteJson(readFileSync(process.argv[2]!, 'utf8')) as ProcessSettings;
const suite = GROUP_SUITES[DEFAULT_SUITE];
const clock = new ManualClock(settings.time);
const worker = new URL('../../dist/host/crypto/group-signature/verifier-worker.js', import.meta.url);
const threads = new VerifierThreads(systemRng, worker);
const nhi = await Nhi.open({
  ...settings,
  suite,
  curve: await loadHostCurve(suite.curve.name),
  store: await openStore(settings.db),
  keys: new FileKeyStore(settings.keys, systemRng),
  clock,
  engineFor: threads.engineFor,
  rng: systemRng,
  cardBatches: [TEST_CARD_BATCH],
  search: await FingerprintGallery.start({ key: systemRng.bytes(32), orderKey: systemRng.bytes(32) }),
});
const server = await startNhiServer({
  nhi,
  clock,
  own: settings.own,
  authority: settings.authority,
  host: '127.0.0.1',
  port: settings.port,
  mostAtOnce: settings.mostAtOnce,
  requestsASecond: 100_000,
  log: () => undefined,
  onError: () => undefined,
});
console.log(`port ${server.port}`);
