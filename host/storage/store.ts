/**
 * The storage port: a relational store that services ask in portable SQL. What holds on every engine:
 * `?` stands for a parameter, a transaction is kept whole or not at all, an acknowledged one is durable. Another
 * transaction that is under way may be seen at any of its statements, for what waits may go under one commit; what was
 * read there is told to nobody before that commit. So a spend is a compare-and-set, and what must not pass each other
 * unseen writes before it looks. Whoever reads outside a transaction sees what is committed.
 */

import type { Result } from '../protocol/refusal.js';

/** What a column holds: BIGINT (within 2⁵³), TEXT, BYTES, or nothing. */
export type SqlValue = number | string | Uint8Array | null;
export type Row = Readonly<Record<string, SqlValue>>;

/** Statements; within a transaction they are part of it. */
export interface Sql {
  /** The rows that a statement gives. */
  all<R extends Row = Row>(statement: string, ...parameters: readonly SqlValue[]): Promise<readonly R[]>;
  /** How many rows a statement has changed. */
  run(statement: string, ...parameters: readonly SqlValue[]): Promise<number>;
}

export interface Store extends Sql {
  /**
   * Runs `work` as one transaction and resolves when it is durable. An error undoes it. The engine may
   * run `work` again after a conflict, so it acts on nothing but `tx`, and on `tx` alone: whoever asks the
   * store itself in there waits for ever.
   */
  transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

class Undone extends Error {
  constructor(readonly answer: Result<object>) {
    super('a refusal undoes its transaction');
  }
}

/** As {@link Store.transaction}; a refusal leaves nothing behind. */
export async function decide<T extends object>(
  store: Store,
  work: (tx: Sql) => Promise<Result<T>>,
): Promise<Result<T>> {
  try {
    return await store.transaction(async (tx) => {
      const answer = await work(tx);
      if (!answer.ok) throw new Undone(answer);
      return answer;
    });
  } catch (error) {
    if (error instanceof Undone) return error.answer as Result<T>;
    throw error;
  }
}

/** The one row that a statement gives, if any. */
export async function one<R extends Row>(
  sql: Sql,
  statement: string,
  ...parameters: readonly SqlValue[]
): Promise<R | undefined> {
  return (await sql.all<R>(statement, ...parameters))[0];
}
