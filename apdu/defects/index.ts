export * from './all-defects.js';
export * from './defect.js';
export type { SpecificationDefect } from './specification-defect.js';
