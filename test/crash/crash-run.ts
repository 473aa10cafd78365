/** One run: NHI killed at random moments under load, PostgreSQL restarted, everything sent until it is answered. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  FileKeyStore,
  issueServiceCertificate,
  LineError,
  makeServiceAuthority,
  NhiClient,
  openStore,
  type Rng,
  type ServiceRole,
  systemClock,
  systemRng,
  toByteJson,
} from '../../host/index.js';
import { Scenario } from '../support/scenario.js';
import { History } from './history.js';
import type { ProcessSettings } from './nhi-process.js';
import { preparePairs, prepareVisits } from './prepared-messages.js';

export type CrashOptions = {
  readonly db: string | undefined;
  readonly visits: number;
  readonly pairs: number;
  readonly kills: number;
  /** Called after every second kill, where the database can be restarted. */
  readonly restartDatabase?: () => void;
  /** When to kill follows from these. */
  readonly rng: Rng;
};

export type CrashOutcome = {
  readonly contradictions: readonly string[];
  readonly records: number;
  readonly collections: number;
  readonly lostAnswers: number;
  readonly kills: number;
};

const MOST_ATTEMPTS = 2_000;
const PAUSE_MS = 25;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export async function crashRun(options: CrashOptions): Promise<CrashOutcome> {
  const folder = mkdtempSync(path.join(tmpdir(), 'imis-crash-'));
  const db = options.db ?? path.join(folder, 'nhi.db');
  const keys = path.join(folder, 'keys');
  const store = await openStore(db);
  const kept = { store, keys: new FileKeyStore(keys, systemRng) };
  const scenario = await Scenario.at('submit record', { seed: 7, nhi: kept });
  await scenario.runTo('authenticate the cards to each other');
  const pairs = await preparePairs(scenario, options.pairs);
  const visits = await prepareVisits(scenario, options.visits);
  const { world } = scenario;
  const authority = await makeServiceAuthority(systemRng, systemClock.now() - 60);
  const certify = (role: ServiceRole | 'nhi', id: string) =>
    issueServiceCertificate(
      authority,
      { role, id },
      { notBefore: systemClock.now() - 60, days: 1 },
      systemRng,
    );
  const settings: ProcessSettings = {
    keys,
    db,
    time: world.clock.now(),
    port: 0,
    citizenAuthorityKey: world.citizenAuthority.publicKey,
    professionAuthorityKey: world.professionAuthority.publicKey,
    own: await certify('nhi', 'NHI'),
    authority: authority.certificate,
  };
  const file = path.join(folder, 'settings.json');
  const history = new History();
  const nhi = new KillableNhi(file, settings);
  let clients: { hospital: NhiClient; pharmacy: NhiClient } | undefined;
  const own = {
    hospital: await certify('hospital', world.input.hospital.id),
    pharmacy: await certify('pharmacy', world.input.pharmacy.id),
  };
  const connect = async () => {
    const port = await nhi.start();
    const to = (pair: typeof own.hospital) =>
      new NhiClient({ url: `https://127.0.0.1:${port}`, own: pair, authority: authority.certificate });
    clients?.hospital.close();
    clients?.pharmacy.close();
    clients = { hospital: to(own.hospital), pharmacy: to(own.pharmacy) };
  };
  /** Asks until an answer comes; `again` says whether an answer may be that to a request whose answer was lost. */
  const insist = async <T>(ask: () => Promise<T>): Promise<T> => {
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof LineError)) throw error;
        history.lostAnswers++;
        await pause(PAUSE_MS);
      }
    }
    throw new Error('NHI did not come back');
  };
  await connect();
  const load = Promise.all([
    ...visits.map(async ({ request, record, messageId }, at) => {
      await pause(at * PAUSE_MS);
      history.record(messageId, 'nothing');
      await insist(() => clients!.hospital.door('hospital').confirmVisit(request));
      const taken = await insist(() => clients!.hospital.door('hospital').submitRecord(record));
      const has = taken.ok || taken.code === 'message-replayed';
      history.record(messageId, has ? 'acknowledged' : 'refused');
    }),
    ...pairs.flat().map(async (collection, at) => {
      await pause(at * 2 * PAUSE_MS);
      const { prescriptionId } = collection.statement;
      history.collection(prescriptionId, collection.signature, 'nothing');
      const refused = await insist(() => clients!.pharmacy.door('pharmacy').commit(collection));
      history.collection(prescriptionId, collection.signature, refused ? 'refused' : 'acknowledged');
    }),
  ]);
  for (let kill = 0; kill < options.kills; kill++) {
    await pause(20 + (options.rng.bytes(1)[0]! % 200));
    await nhi.kill();
    if (kill % 2 === 1) options.restartDatabase?.();
    await connect();
  }
  await load;
  await nhi.kill();
  clients!.hospital.close();
  clients!.pharmacy.close();
  const contradictions = await history.contradictions(store);
  const count = async (table: string) => (await store.all(`SELECT * FROM ${table}`)).length;
  const outcome = {
    contradictions,
    records: await count('records'),
    collections: await count('collections'),
    lostAnswers: history.lostAnswers,
    kills: options.kills,
  };
  await store.close();
  rmSync(folder, { recursive: true, force: true });
  return outcome;
}

class KillableNhi {
  private child: ChildProcess | undefined;

  constructor(
    private readonly file: string,
    private readonly settings: ProcessSettings,
  ) {}

  async start(): Promise<number> {
    writeFileSync(this.file, toByteJson(this.settings), { mode: 0o600 });
    const program = new URL('./nhi-process.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, ['--import', 'tsx', program, this.file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.child = child;
    let text = '';
    for await (const part of child.stdout) {
      text += String(part);
      const port = /port (\d+)/.exec(text)?.[1];
      if (port) return Number(port);
    }
    throw new Error('NHI did not start');
  }

  async kill(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}
