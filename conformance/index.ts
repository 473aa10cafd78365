export * from './case.js';
export { allCases } from './catalogue.js';
export { CheckFailure } from './checks.js';
export { PersonalisationFailure } from './fixtures.js';
export { failureToLines, reportToLines, resultToLine } from './report/console.js';
export { coverageToMarkdown } from './report/coverage.js';
export { REPORT_VERSION, type ReportDocument, reportToJson } from './report/json.js';
export { reportToJunit } from './report/junit.js';
export * from './result.js';
export {
  DEFAULT_SEED,
  personaliseTarget,
  type RunOptions,
  type RunProgress,
  runConformance,
} from './runner.js';
export { selectCases } from './select-cases.js';
export type { ConformanceTarget, FreshCard } from './target.js';
export { TestCard } from './test-card.js';
export { renderTestVectors } from './vectors/render.js';
