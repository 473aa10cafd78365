export { CardSummaryError } from './card-summary-error.js';
export { type ClaimDocument, encodeClaimDocument, parseClaimDocument } from './claim-document.js';
export * from './code-systems.js';
export type { FhirFailure, FhirFailureKind, FhirResult } from './fhir-result.js';
export type { DoctorParty, InstitutionParty, InsuranceParty, PatientParty } from './parties.js';
export {
  decodePrescriptionSummary,
  encodePrescriptionSummary,
  PRESCRIPTION_ITEMS,
  PRESCRIPTION_SUMMARY,
  PRESCRIPTION_SUMMARY_BYTES,
  type PrescriptionItem,
  type PrescriptionSummary,
} from './prescription-summary.js';
export { readVisitInputFile } from './read-visit-input.js';
export {
  decodeRecordSummary,
  encodeRecordSummary,
  RECORD_DIAGNOSES,
  RECORD_MEDICINES,
  RECORD_NOTE_BYTES,
  RECORD_SUMMARY,
  RECORD_SUMMARY_BYTES,
  type RecordSummary,
} from './record-summary.js';
export type { Visit } from './visit.js';
export {
  DOCUMENT_BYTES,
  encodePrescriptionDocument,
  encodeRecordDocument,
  type PrescriptionDocument,
  parsePrescriptionDocument,
  parseRecordDocument,
  type RecordDocument,
} from './visit-documents.js';
export { parseVisitInput, VISIT_INPUT_CHARACTERS, type VisitInput } from './visit-input.js';
