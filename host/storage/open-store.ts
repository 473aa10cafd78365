/** Which store a deployment names. */

import { openSqliteStore } from './sqlite-store.js';
import type { Store } from './store.js';

/** `postgres://…`, the path of an SQLite file, or `memory`. @throws {Error} when it can not be opened. */
export async function openStore(where: string): Promise<Store> {
  if (/^postgres(?:ql)?:\/\//.test(where)) {
    // its client is loaded only where it is used
    const { openPostgresStore } = await import('./postgres-store.js');
    return openPostgresStore(where);
  }
  return openSqliteStore(where === 'memory' ? undefined : where);
}
