export * from './case.js';
export { allCases } from './catalogue.js';
export { CheckFailure } from './checks.js';
export { type DifferentialReport, type Divergence, runDifferential } from './differential.js';
export { FILTER_GRAMMAR, FilterError, selectCases } from './filter.js';
export { PersonalisationFailure } from './fixtures.js';
export { declarationCases } from './generated/declaration.js';
export { type CardStatement, isIsoSubset, parseStatement, StatementError, statementTemplate } from './ics.js';
export { failureToLines, reportToLines, resultToLine } from './report/console.js';
export { coverageToMarkdown } from './report/coverage.js';
export { differentialToLines } from './report/differential-text.js';
export { reportToHtml } from './report/html.js';
export {
  DIFFERENCE_VERSION,
  differencesToJson,
  REPORT_VERSION,
  type ReportDocument,
  reportToJson,
} from './report/json.js';
export { reportToJunit } from './report/junit.js';
export * from './report/status-coverage.js';
export { NOT_DRIVEN } from './report/uncovered-status.js';
export * from './result.js';
export {
  DEFAULT_SEED,
  personaliseTarget,
  type RunOptions,
  type RunProgress,
  runConformance,
  specificationHash,
} from './runner.js';
export * from './score/defect.js';
export { EQUIVALENT_CHANGES } from './score/equivalent-changes.js';
export { judge } from './score/judge.js';
export { KNOWN_MISSES } from './score/known-misses.js';
export { type CompiledFile, type DrawnSite, drawSites, sitesOf } from './score/mutation/draw-sites.js';
export { learn, orderCases, type PastCatches } from './score/past-catches.js';
export { scoreToLines, scoreToMarkdown, verdictToLine } from './score/report.js';
export { type GroupTally, passes, type Tally, tallyGroups } from './score/tally.js';
export {
  type CardSecrets,
  formsOf,
  parseSecrets,
  SecretsError,
  secretBytes,
  secretsTemplate,
} from './secrets.js';
export type { ConformanceTarget, FreshCard } from './target.js';
export { TestCard } from './test-card.js';
export { renderTestVectors } from './vectors/render.js';
