export * from './all-defects.js';
export type { LineDefect } from './line-defect.js';
