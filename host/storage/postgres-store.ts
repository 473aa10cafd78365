/**
 * A store on PostgreSQL, or an engine that speaks its language: READ COMMITTED is enough, for every spend
 * is a compare-and-set. What the engine takes back because of a conflict is done again.
 */

import pg from 'pg';
import { CommitQueue, type Job } from './commit-queue.js';
import { migrate } from './migrations.js';
import type { Row, Sql, SqlValue, Store } from './store.js';

/** One for what is written together, the others for reading and for what is written alone. */
const CONNECTIONS = 4;
/** Beyond this a transaction waits for the next commit. */
const MOST_AT_ONCE = 128;
const CONNECT_MS = 10_000;
const MOST_ATTEMPTS = 5;
/** serialization_failure and deadlock_detected (PostgreSQL, appendix A). */
const CONFLICTS: readonly string[] = ['40001', '40P01'];
/** OID of BIGINT, which the client would hand over as text. */
const BIGINT = 20;

/** @throws {Error} when the server can not be reached, with its own reason. */
export async function openPostgresStore(url: string): Promise<Store> {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    // statements go out without waiting for the answers to those before
    pipeline: true,
    types: { getTypeParser: typeParser },
  });
  // A connection that breaks (a restart of the server) is replaced at its next use; whoever is at work on it
  // hears of it by the next statement, and nobody need be at work on it when it breaks.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const store = new PostgresStore(pool);
  try {
    await migrate(store, 'BYTEA');
  } catch (cause) {
    await store.close();
    throw cause;
  }
  return store;
}

const typeParser = ((oid: number, format?: string) =>
  oid === BIGINT ? Number : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser;

class PostgresStore implements Store {
  private readonly queue = new CommitQueue(MOST_AT_ONCE, (jobs) => this.commit(jobs));

  constructor(private readonly pool: pg.Pool) {}

  all<R extends Row>(statement: string, ...parameters: readonly SqlValue[]): Promise<readonly R[]> {
    const query = asked(statement, parameters);
    return retried(async () => rowsOf<R>(await this.pool.query<Record<string, SqlValue>>(query)));
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
    await this.pool.end();
  }

  /** Together, where nobody stands in the way of the others; else each alone. */
  private async commit(jobs: readonly Job[]): Promise<void> {
    if (jobs.length > 1 && (await this.together(jobs))) return;
    const alone = ({ work, resolve, reject }: Job) => retried(() => this.alone(work)).then(resolve, reject);
    await Promise.all(jobs.map(alone));
  }

  /**
   * The jobs' statements in one transaction, interleaved (what that means to a job: `store.ts`); `false` where
   * nothing is settled and nothing is written, because of a job that failed or undoes what it wrote.
   */
  private async together(jobs: readonly Job[]): Promise<boolean> {
    try {
      const settle = await this.onClient(async (client) => {
        const [, attempts] = await Promise.all([
          client.query('BEGIN'),
          Promise.all(jobs.map((job) => attempt(job, new Statements(client)))),
        ]);
        if (attempts.some(({ isSpoilt }) => isSpoilt)) throw new Spoilt('a member fails its group');
        await client.query('COMMIT');
        return attempts;
      });
      for (const { answer } of settle) answer();
      return true;
    } catch (cause) {
      if (cause instanceof Spoilt || isConflict(cause)) return false;
      // the connection is lost, and nobody knows whether the commit arrived
      for (const { reject } of jobs) reject(cause);
      return true;
    }
  }

  private alone<T>(work: (tx: Sql) => Promise<T>): Promise<T> {
    return this.onClient(async (client) => {
      await client.query('BEGIN');
      const value = await work(new Statements(client));
      await client.query('COMMIT');
      return value;
    });
  }

  /** An error is rolled back; a connection that can not do that is given to nobody else. */
  private async onClient<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let lost: Error | undefined;
    try {
      return await work(client);
    } catch (cause) {
      await client.query('ROLLBACK').catch((error: Error) => {
        lost = error;
      });
      throw lost ?? cause;
    } finally {
      client.release(lost);
    }
  }
}

class Spoilt extends Error {}

type Attempt = {
  /** Tells whoever waits, once the commit is there. */
  readonly answer: () => void;
  /** Whether the group can not be committed with this member. */
  readonly isSpoilt: boolean;
};

async function attempt({ work, resolve, reject }: Job, tx: Statements): Promise<Attempt> {
  try {
    const value = await work(tx);
    return { answer: () => resolve(value), isSpoilt: tx.hasFailed };
  } catch (cause) {
    // one that refuses before it has written anything leaves nothing to undo
    return { answer: () => reject(cause), isSpoilt: tx.hasFailed || tx.hasWritten };
  }
}

async function retried<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await attempt();
    } catch (error) {
      if (tried === MOST_ATTEMPTS || !isConflict(error)) throw error;
    }
  }
}

function isConflict(error: unknown): boolean {
  const { code } = error as { readonly code?: string };
  return code !== undefined && CONFLICTS.includes(code);
}

/** Statements on one connection; those that are asked for in one turn travel together. */
class Statements implements Sql {
  hasWritten = false;
  hasFailed = false;

  constructor(private readonly client: pg.PoolClient) {}

  async all<R extends Row>(statement: string, ...parameters: readonly SqlValue[]): Promise<readonly R[]> {
    return rowsOf<R>(await this.query(statement, parameters));
  }

  async run(statement: string, ...parameters: readonly SqlValue[]): Promise<number> {
    return (await this.query(statement, parameters)).rowCount ?? 0;
  }

  private async query(statement: string, parameters: readonly SqlValue[]) {
    const { stream } = this.client.connection;
    stream.cork();
    process.nextTick(() => stream.uncork());
    try {
      const result = await this.client.query<Record<string, SqlValue>>(asked(statement, parameters));
      if (result.command !== 'SELECT' && result.rowCount !== 0) this.hasWritten = true;
      return result;
    } catch (cause) {
      this.hasFailed = true;
      throw cause;
    }
  }
}

function asked(statement: string, parameters: readonly SqlValue[]) {
  const values = parameters.map((value) => (value instanceof Uint8Array ? bufferOf(value) : value));
  return { ...prepared(statement), values };
}

function rowsOf<R extends Row>({ rows }: pg.QueryResult<Record<string, SqlValue>>): readonly R[] {
  return rows.map(plain) as unknown as R[];
}

/** Buffers of the client become plain arrays of bytes, as every other store gives them. */
function plain(row: Record<string, SqlValue>): Row {
  for (const [name, value] of Object.entries(row)) {
    if (value instanceof Uint8Array) row[name] = Uint8Array.from(value);
  }
  return row;
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

type Prepared = { readonly name: string; readonly text: string };
const statements = new Map<string, Prepared>();

/** A statement under a name, so that a connection plans it once; `?` as this engine numbers parameters. */
function prepared(statement: string): Prepared {
  const known = statements.get(statement);
  if (known) return known;
  let count = 0;
  // no statement holds a question mark in a literal
  const text = statement.replace(/\?/g, () => `$${++count}`);
  const made = { name: `imis-${statements.size}`, text };
  statements.set(statement, made);
  return made;
}
