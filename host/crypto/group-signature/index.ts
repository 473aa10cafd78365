export * from './batch.js';
export * from './group-verifier.js';
export * from './hint-key.js';
export * from './issuer.js';
export * from './mcl.js';
export * from './verifier.js';
export * from './verifier-noble.js';
