export * from './certificate.js';
export * from './fields.js';
export * from './statements.js';
export * from './warrant.js';
