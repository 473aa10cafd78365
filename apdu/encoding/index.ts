export * from './domain.js';
export * from './group-join.js';
export * from './group-public-key.js';
export * from './group-signature.js';
export * from './group-suite.js';
export * from './hpke-info.js';
export * from './padding.js';
export * from './transcript.js';
