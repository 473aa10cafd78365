/**
 * The embedded store: SQLite in a file (write-ahead log, synchronous=FULL: a commit is on the disk) or in
 * memory. It has one writer, so transactions that wait are written together under one commit, each in a
 * savepoint of its own; none is acknowledged before that commit.
 */

import { chmodSync, existsSync } from 'node:fs';
import { DatabaseSync, type DatabaseSyncInstance, type StatementSyncInstance } from '@photostructure/sqlite';
import { CommitQueue, type Job } from './commit-queue.js';
import { migrate } from './migrations.js';
import type { Row, Sql, SqlValue, Store } from './store.js';

/** Beyond this a transaction waits for the next commit. */
const MOST_AT_ONCE = 64;
const BUSY_MS = 5_000;

/** @param file where it is kept; in memory where it is left out. */
export async function openSqliteStore(file?: string): Promise<Store> {
  const isNew = file !== undefined && !existsSync(file);
  const database = new DatabaseSync(file ?? ':memory:', { timeout: BUSY_MS });
  if (file !== undefined) {
    if (isNew) chmodSync(file, 0o600);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  }
  const store = new SqliteStore(database);
  await migrate(store, 'BLOB');
  return store;
}

class SqliteStore implements Store {
  private readonly prepared = new Map<string, StatementSyncInstance>();
  private readonly queue = new CommitQueue(MOST_AT_ONCE, (jobs) => this.commit(jobs));
  private readonly tx: Sql = {
    all: async <R extends Row>(statement: string, ...parameters: readonly SqlValue[]) =>
      this.prepare(statement).all(...parameters) as R[],
    run: async (statement, ...parameters) => Number(this.prepare(statement).run(...parameters).changes),
  };

  constructor(private readonly database: DatabaseSyncInstance) {}

  all<R extends Row>(statement: string, ...parameters: readonly SqlValue[]): Promise<readonly R[]> {
    return this.transaction((tx) => tx.all<R>(statement, ...parameters));
  }

  run(statement: string, ...parameters: readonly SqlValue[]): Promise<number> {
    return this.transaction((tx) => tx.run(statement, ...parameters));
  }

  transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T> {
    return this.queue.add(work);
  }

  /** What waits is finished first. */
  async close(): Promise<void> {
    await this.queue.whenEmpty();
    this.prepared.clear();
    this.database.close();
  }

  private async commit(jobs: readonly Job[]): Promise<void> {
    const settled: (() => void)[] = [];
    try {
      this.database.exec('BEGIN IMMEDIATE');
      for (const job of jobs) settled.push(await this.attempt(job));
      this.database.exec('COMMIT');
    } catch (cause) {
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
      for (const { reject } of jobs) reject(cause);
      return;
    }
    for (const settle of settled) settle();
  }

  private async attempt({ work, resolve, reject }: Job): Promise<() => void> {
    this.database.exec('SAVEPOINT job');
    try {
      const value = await work(this.tx);
      this.database.exec('RELEASE job');
      return () => resolve(value);
    } catch (cause) {
      this.database.exec('ROLLBACK TO job; RELEASE job');
      return () => reject(cause);
    }
  }

  private prepare(statement: string): StatementSyncInstance {
    const known = this.prepared.get(statement);
    if (known) return known;
    const made = this.database.prepare(statement);
    this.prepared.set(statement, made);
    return made;
  }
}
