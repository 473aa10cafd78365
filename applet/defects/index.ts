export * from './all-defects.js';
export type { CardBuild, CardDefect } from './card-defect.js';
