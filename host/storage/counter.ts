/** Counters that never repeat a value. */

import { one, type Sql } from './store.js';

/** The next value, from 1 on. A transaction that is undone may leave a gap, or give its value again. */
export async function nextCounter(sql: Sql, name: string): Promise<number> {
  const next = await one<{ readonly value: number }>(
    sql,
    `INSERT INTO counters (name, value) VALUES (?, 1)
      ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value`,
    name,
  );
  return next!.value;
}
