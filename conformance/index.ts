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
export * from './score/defect.js';
export { EQUIVALENT_CHANGES } from './score/equivalent-changes.js';
export { judge } from './score/judge.js';
export { type CompiledFile, type DrawnSite, drawSites, sitesOf } from './score/mutation/draw-sites.js';
export { OPERATORS, type Operator } from './score/mutation/site.js';
export { learn, orderCases, type PastCatches } from './score/past-catches.js';
export { selectCases } from './select-cases.js';
export type { ConformanceTarget, FreshCard } from './target.js';
export { TestCard } from './test-card.js';
export { renderTestVectors } from './vectors/render.js';
