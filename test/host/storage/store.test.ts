/** One contract, two engines: SQLite in memory and in a file, PostgreSQL. */

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore, type Row, type Store } from '../../../host/index.js';
import { PostgresServer, postgresMissing } from '../../support/postgres-server.js';
import { storeContract } from './store-contract.js';

describe('SQLite in memory', () => {
  let store: Store;
  beforeAll(async () => {
    store = await openStore('memory');
  });
  afterAll(() => store.close());
  storeContract(() => store);
});

describe('SQLite in a file', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'imis-store-'));
  const file = path.join(folder, 'nhi.db');
  let store: Store;
  beforeAll(async () => {
    store = await openStore(file);
  });
  afterAll(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  storeContract(() => store);

  it('commits to the disk: a log written ahead, synchronous=FULL, readable for its owner only', async () => {
    expect(await store.all('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    expect(await store.all('PRAGMA synchronous')).toEqual([{ synchronous: 2 }]);
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  it('is as it was when it is opened again', async () => {
    const before = await store.all('SELECT name, value FROM counters ORDER BY name');
    await store.close();
    store = await openStore(file);
    expect(await store.all('SELECT name, value FROM counters ORDER BY name')).toEqual(before);
  });

  it('that a later program made is not touched', async () => {
    await store.run('INSERT INTO migrations (version) VALUES (99)');
    await expect(openStore(file)).rejects.toThrow(/later version/);
  });
});

const missing = postgresMissing();
if (missing) console.log(`PostgreSQL is left out: ${missing}`);

describe.runIf(!missing)('PostgreSQL', () => {
  let server: PostgresServer;
  let store: Store;
  beforeAll(async () => {
    server = await PostgresServer.start();
    store = await openStore(server.database('contract'));
  }, 60_000);
  afterAll(async () => {
    await store?.close();
    server?.stop();
  });
  storeContract(() => store);

  it('is used again after a restart, with everything that was acknowledged', async () => {
    const before = await store.all('SELECT name, value FROM counters ORDER BY name');
    const broken = store.transaction(async (tx) => {
      await tx.run('INSERT INTO counters (name, value) VALUES (?, 1)', 'broken');
      server.restart();
      // the connection breaks while nobody asks anything on it
      await new Promise((resolve) => setTimeout(resolve, 50));
      await tx.run('INSERT INTO counters (name, value) VALUES (?, 2)', 'not reached');
    });
    await expect(broken).rejects.toThrow();
    // connections that the restart broke fail once, and are not used again
    let after: readonly Row[] | undefined;
    for (let attempt = 0; attempt < 20 && !after; attempt++) {
      after = await store.all('SELECT name, value FROM counters ORDER BY name').catch(() => undefined);
    }
    expect(after).toEqual(before);
  });
});

it('a store that is not there is an error with its reason', async () => {
  await expect(openStore('postgres://nobody@127.0.0.1:1/nothing')).rejects.toThrow(/ECONNREFUSED/);
  await expect(openStore(path.join(tmpdir(), 'no', 'such', 'folder', 'x.db'))).rejects.toThrow();
});
