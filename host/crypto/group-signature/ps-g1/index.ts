export * from './hint-key.js';
export * from './opener.js';
export * from './opening-key.js';
export * from './opening-proof.js';
export * from './ps-g1.js';
export * from './verifier.js';
