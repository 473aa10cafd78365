export * from './aes-cmac.js';
export * from './ecdsa.js';
export * from './group-signature/index.js';
export * from './hpke.js';
export * from './proxy-signature/index.js';
export * from './random.js';
export * from './sha256.js';
