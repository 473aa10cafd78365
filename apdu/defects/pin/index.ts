export * from './one-puk-try-less.js';
export * from './one-try-more.js';
