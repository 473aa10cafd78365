export * from './crypto/index.js';
export * from './engine/noble.js';
export * from './runtime/coprocessor.js';
export * from './runtime/crypto-engine.js';
export * from './runtime/operations.js';
