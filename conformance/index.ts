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
export { REPORT_VERSION, type ReportDocument, reportToJson } from './report/json.js';
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
