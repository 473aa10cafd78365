/** Which store a deployment names. */

import { openPostgresStore } from './postgres-store.js';
import { openSqliteStore } from './sqlite-store.js';
import type { Store } from './store.js';

/** `postgres://…`, the path of an SQLite file, or `memory`. @throws {Error} when it can not be opened. */
export function openStore(where: string): Promise<Store> {
  if (/^postgres(?:ql)?:\/\//.test(where)) return openPostgresStore(where);
  return openSqliteStore(where === 'memory' ? undefined : where);
}
