export * from './derivation.js';
export * from './initialize-update.js';
export * from './message.js';
export * from './security-level.js';
export * from './test-batch.js';
