export * from './delegation-key-proof.js';
export * from './proxy-key.js';
export * from './proxy-signature.js';
