export * from './crypto/index.js';
export * from './fhir/index.js';
