export * from './record-number-of-seven-bits.js';
export * from './record-number-zero-refused.js';
