export * from './cases.js';
export * from './census.js';
export * from './fingerprint-cases.js';
export * from './group-cases.js';
export * from './measure.js';
export * from './population.js';
export * from './report.js';
