export * from './group-join.js';
export * from './group-signature.js';
export * from './hedged-nonce.js';
export * from './hkdf.js';
export * from './hmac.js';
export * from './hpke.js';
export * from './opening-split.js';
export * from './schnorr.js';
