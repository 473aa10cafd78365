/**
 * A store on PostgreSQL, or an engine that speaks its language: READ COMMITTED is enough, for every spend
 * is a compare-and-set. What the engine takes back because of a conflict is done again.
 */

import pg from 'pg';
import { migrate } from './migrations.js';
import type { Row, Sql, SqlValue, Store } from './store.js';

const CONNECTIONS = 8;
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
    types: { getTypeParser: typeParser },
  });
  // An idle connection that breaks (a restart of the server) is replaced at its next use.
  pool.on('error', () => undefined);
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
  constructor(private readonly pool: pg.Pool) {}

  all<R extends Row>(statement: string, ...parameters: readonly SqlValue[]): Promise<readonly R[]> {
    return retried(() => sqlOn(this.pool).all<R>(statement, ...parameters));
  }

  run(statement: string, ...parameters: readonly SqlValue[]): Promise<number> {
    return retried(() => sqlOn(this.pool).run(statement, ...parameters));
  }

  transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T> {
    return retried(async () => {
      const client = await this.pool.connect();
      let broken: Error | undefined;
      try {
        await client.query('BEGIN');
        const value = await work(sqlOn(client));
        await client.query('COMMIT');
        return value;
      } catch (cause) {
        await client.query('ROLLBACK').catch((error: Error) => {
          broken = error;
        });
        throw cause;
      } finally {
        // a connection that can not roll back is not given to anybody else
        client.release(broken);
      }
    });
  }

  close(): Promise<void> {
    return this.pool.end();
  }
}

async function retried<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await attempt();
    } catch (error) {
      const { code } = error as { readonly code?: string };
      if (tried === MOST_ATTEMPTS || code === undefined || !CONFLICTS.includes(code)) throw error;
    }
  }
}

function sqlOn(queryable: Pick<pg.Pool, 'query'> | pg.PoolClient): Sql {
  const query = (statement: string, parameters: readonly SqlValue[]) => {
    const values = parameters.map((value) => (value instanceof Uint8Array ? bufferOf(value) : value));
    return (queryable as pg.PoolClient).query<Record<string, SqlValue>>({ ...prepared(statement), values });
  };
  return {
    async all<R extends Row>(statement: string, ...parameters: readonly SqlValue[]) {
      return (await query(statement, parameters)).rows.map(plain) as unknown as R[];
    },
    async run(statement, ...parameters) {
      return (await query(statement, parameters)).rowCount ?? 0;
    },
  };
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
