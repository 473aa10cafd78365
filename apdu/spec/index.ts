export * from './access-text.js';
export * from './application.js';
export * from './card-answer-error.js';
export * from './class-byte.js';
export * from './client.js';
export { DECISION, HOLDER_DECLARATION, PIN_STATUS } from './data-objects.js';
export * from './decoded-object.js';
export * from './decoder.js';
export { AGENT_PINS, type SlotName } from './delegation-commands.js';
export { type Change, IMPACTS, type Impact } from './diff/change.js';
export * from './diff/diff-specification.js';
export { jsonPointer } from './document/json-reader.js';
export * from './document/parse-specification.js';
export * from './document/specification-document.js';
export { exchange, type Transmit } from './exchange.js';
export * from './file-tree.js';
export { LOG_IN_CERTIFICATE_PART_BYTES } from './interoperability-commands.js';
export * from './json-export.js';
export * from './lint/finding.js';
export * from './lint/lint-specification.js';
export {
  LOG_IN_CERTIFICATE_BYTES,
  LOG_IN_PIN_BYTES,
  LOG_IN_PIN_DIGITS,
  LOG_IN_PINS,
} from './log-in-commands.js';
export * from './master-file.js';
export {
  CREDENTIAL_MESSAGE,
  ISSUER_MADE_CREDENTIAL_MESSAGE,
  JOIN_MODE,
  type JoinMode,
  OPENING_HALF,
  type OpeningHalf,
  RENEWAL_MESSAGE,
} from './membership-commands.js';
export * from './patient-application.js';
export * from './patient-files.js';
export * from './piv-application.js';
export * from './piv-objects.js';
export * from './pkcs15-application.js';
export * from './pkcs15-content.js';
export * from './professional-application.js';
export * from './read-out-application.js';
export * from './reference-docs.js';
export * from './reference-html.js';
export { hex, statusText as statusTextOf } from './reference-tables.js';
export * from './request.js';
export * from './sample-data.js';
export * from './specification.js';
export * from './trace-mask.js';
export * from './trace-text.js';
