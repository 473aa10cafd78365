export * from './bytes.js';
export * from './command-apdu.js';
export * from './response-apdu.js';
export * from './spec/index.js';
export * from './statement/index.js';
export * from './status-word.js';
export * from './template.js';
export * from './tlv.js';
