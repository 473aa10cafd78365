/**
 * One run: the peak rate is found, then NHI is asked at the peak and at twice the peak, then it is killed at
 * random moments under load and PostgreSQL is restarted, until everything new is answered.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  INSURERS,
  issueServiceCertificate,
  makeServiceAuthority,
  NhiClient,
  openStore,
  type Rng,
  type ServiceRole,
  systemClock,
  systemRng,
} from '../../host/index.js';
import { Generator, type Tally } from './generator.js';
import { History } from './history.js';
import { KillableNhi } from './killable-nhi.js';
import type { PreparedRun } from './prepared-run.js';
import {
  type Clients,
  challengeRequest,
  claimRequests,
  type Outgoing,
  pairRequests,
  post,
  visitRequest,
} from './requests.js';

export type CrashOptions = {
  readonly prepared: PreparedRun;
  /** Where the database is; a file of the run's own where it is left out. */
  readonly db: string | undefined;
  readonly kills: number;
  /** How long each rate is held, in seconds. */
  readonly seconds: number;
  /** Called after every kill, where the database can be restarted. */
  readonly restartDatabase?: () => void;
  /** When to kill follows from these. */
  readonly rng: Rng;
};

export type CrashOutcome = {
  readonly contradictions: readonly string[];
  /** Requests answered in a second at most. */
  readonly peak: number;
  readonly atPeak: Tally;
  readonly atTwice: Tally;
  readonly killed: Tally;
  readonly records: number;
  readonly collections: number;
  readonly payouts: number;
};

/** NHI works on so many at once: more than that is shed. */
export const MOST_AT_ONCE = 48;
/** A client has more connections than NHI has room; all of them are made before anything is measured. */
const CONNECTIONS = 3 * MOST_AT_ONCE;
const WARM_VISITS = 6;
const WARM_MS = 1_500;
/** What is tried to find the peak: so many requests at once. */
const TRIED = [MOST_AT_ONCE / 3, MOST_AT_ONCE] as const;
const UNDER_FIRE = 16;
/** Beyond this the run has failed. */
const SETTLE_MS = 90_000;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export async function crashRun(options: CrashOptions): Promise<CrashOutcome> {
  const { prepared, kills, seconds } = options;
  const folder = mkdtempSync(path.join(tmpdir(), 'imis-crash-'));
  const db = options.db ?? path.join(folder, 'nhi.db');
  const store = await openStore(db);
  await prepared.copyTo(folder, store);
  const institutions = await connectable(prepared, folder, db);
  const history = new History();
  const { requests, always } = requestsOf(prepared, history);
  try {
    await institutions.start();
    const load = new Generator((request) => post(institutions, request), history, always);
    // the first third while nothing goes wrong, the second beyond the peak, the last under fire
    const third = Math.ceil((requests.length - WARM_VISITS) / 3);
    load.release(requests.splice(0, WARM_VISITS));
    await load.closedLoop(CONNECTIONS, WARM_MS);
    let peak = 0;
    for (const atOnce of TRIED) {
      const { answered, seconds: taken } = await load.closedLoop(atOnce, seconds * 1000);
      peak = Math.max(peak, answered / taken);
    }
    load.release(requests.splice(0, third));
    const atPeak = await load.openLoop(peak, seconds * 1000);
    load.release(requests.splice(0, third));
    const atTwice = await load.openLoop(2 * peak, seconds * 1000);
    load.release(requests.splice(0));
    const killed = await load.settle(UNDER_FIRE, SETTLE_MS, fire(options, institutions, kills));
    await institutions.stop();
    const count = async (table: string) => (await store.all(`SELECT * FROM ${table}`)).length;
    return {
      contradictions: await history.contradictions(store),
      ...{ peak, atPeak, atTwice, killed },
      records: await count('records'),
      collections: await count('collections'),
      payouts: await count('payouts'),
    };
  } finally {
    await institutions.stop();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Kills, and between two of them a restart of the database under a living NHI. */
async function fire(
  { restartDatabase, rng }: CrashOptions,
  institutions: Institutions,
  kills: number,
): Promise<void> {
  const moment = () => pause(100 + (rng.bytes(1)[0]! % 200));
  for (let kill = 0; kill < kills; kill++) {
    await moment();
    await institutions.kill();
    await institutions.start();
    await moment();
    restartDatabase?.();
  }
}

/** Everything that does something new, mixed; and what can be asked for ever. */
function requestsOf({ world, visits, pairs, claims }: PreparedRun, history: History) {
  const { hospital, pharmacy } = world.input;
  const seen = visits.map((visit) => visitRequest(hospital.id, visit, history));
  const once = [
    ...pairs.flatMap((pair) => pairRequests(pharmacy.id, pair, history)),
    ...claims.flatMap((claim) => claimRequests(claim, history)),
  ];
  const warm = seen.splice(0, WARM_VISITS);
  const every = Math.max(1, Math.floor(seen.length / (once.length + 1)));
  const requests: Outgoing[] = [...warm];
  for (const [at, request] of seen.entries()) {
    requests.push(request);
    if (at % every === every - 1) requests.push(...once.splice(0, 1));
  }
  return { requests: [...requests, ...once], always: [challengeRequest(hospital.id, history)] };
}

type Institutions = Clients & {
  readonly start: () => Promise<void>;
  readonly kill: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** NHI's process and who asks it; both find each other again after a kill. */
async function connectable({ world }: PreparedRun, folder: string, db: string): Promise<Institutions> {
  const notBefore = systemClock.now() - 60;
  const authority = await makeServiceAuthority(systemRng, notBefore);
  const certify = (role: ServiceRole | 'nhi', id: string) =>
    issueServiceCertificate(authority, { role, id }, { notBefore, days: 1 }, systemRng);
  const nhi = new KillableNhi(path.join(folder, 'settings.json'), {
    keys: path.join(folder, 'keys'),
    db,
    time: world.clock.now(),
    port: 0,
    mostAtOnce: MOST_AT_ONCE,
    citizenAuthorityKey: world.citizenAuthority.publicKey,
    professionAuthorityKey: world.professionAuthority.publicKey,
    own: await certify('nhi', 'NHI'),
    authority: authority.certificate,
  });
  const { hospital, pharmacy } = world.input;
  const names = [
    ['hospital', hospital.id],
    ['pharmacy', pharmacy.id],
    ['insurer', INSURERS[0]],
    ['insurer', INSURERS[1]],
  ] as const;
  const pairs = await Promise.all(
    names.map(async ([role, id]) => ({ name: `${role}/${id}`, own: await certify(role, id) })),
  );
  const clients = new Map<string, NhiClient>();
  const close = () => {
    for (const client of clients.values()) client.close();
    clients.clear();
  };
  return {
    of: (role, caller) => clients.get(`${role}/${caller}`)!,
    async start() {
      const url = `https://127.0.0.1:${await nhi.start()}`;
      close();
      for (const { name, own } of pairs) {
        const options = { url, own, authority: authority.certificate, connections: CONNECTIONS };
        clients.set(name, new NhiClient(options));
      }
    },
    kill: () => nhi.kill(),
    async stop() {
      await nhi.kill();
      close();
    },
  };
}
