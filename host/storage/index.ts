export { FileKeyStore, KeyFileError } from './file-key-store.js';
export { type KeyStore, memoryKeyStore } from './key-store.js';
export { TABLES } from './migrations.js';
export { openStore } from './open-store.js';
export { openSqliteStore } from './sqlite-store.js';
export type { Row, Sql, SqlValue, Store } from './store.js';
