/** The messages of the protocol as they travel under their seals, one template each. */

import {
  FIELD,
  optional,
  PATIENT_CERTIFICATE_OBJECT,
  STATEMENT,
  templateObject,
  textObject,
  WARRANT_CERTIFICATE,
} from '../../apdu/index.js';

/** Identity certificate of an authority that is not NHI (citizen PKI, profession register). */
export const IDENTITY_CERTIFICATE_BODY = {
  subject: textObject(0x80, 'national or professional identifier', 1, 32),
  name: textObject(0x81, 'name', 1, 120),
  identityKey: FIELD.identityKey,
  expirationDate: FIELD.expirationDate,
} as const;

export const IDENTITY_CERTIFICATE = {
  body: templateObject(0xbf31, 'identity certificate body', IDENTITY_CERTIFICATE_BODY),
  signature: FIELD.signature,
} as const;

const identityCertificate = templateObject(0xbf32, 'identity certificate', IDENTITY_CERTIFICATE);

/** R_P of eq. 1: the card's signature, the proof that it holds its delegation key, and the identity key's over the same statement, and Cert_P. */
export const REGISTRATION_MESSAGE = {
  statement: templateObject(0xbf33, 'registration', STATEMENT.registration.fields),
  signature: FIELD.signature,
  delegationKeyProof: FIELD.delegationKeyProof,
  identity: templateObject(0xbf34, 'identity proof', {
    signature: FIELD.signature,
    certificate: identityCertificate,
  }),
} as const;

/** R_D of eq. 3: the join request under SK_D, and Cert_D. Nothing in it is secret. */
export const DOCTOR_REGISTRATION_MESSAGE = {
  statement: templateObject(0xbf35, 'doctor registration', STATEMENT.doctorRegistration.fields),
  signature: FIELD.signature,
  certificate: identityCertificate,
} as const;

/** R_D of eq. 3 in the mode "issuer-made": the doctor asks NHI to make the member key. */
export const ISSUER_MADE_REGISTRATION_MESSAGE = {
  statement: templateObject(0xbf3c, 'issuer-made registration', STATEMENT.issuerMadeRegistration.fields),
  signature: FIELD.signature,
  certificate: identityCertificate,
} as const;

/** One entry of the public join register: what SK_D signed, and Cert_D. D is under SK_D in the two-party mode only. */
export const JOIN_RECORD = {
  position: FIELD.position,
  time: FIELD.time,
  joinMode: FIELD.joinMode,
  suite: FIELD.suite,
  doctorId: FIELD.doctorId,
  nonce: FIELD.nonce,
  groupKeyHash: FIELD.groupKeyHash,
  membershipKey: FIELD.membershipKey,
  membershipProof: optional(FIELD.membershipProof),
  decryptionKey: FIELD.decryptionKey,
  signature: FIELD.signature,
  certificate: identityCertificate,
} as const;

/** A device's share for the opening service: a multiple of g~, and the card's word that it gave the half out. */
export const OPENING_SHARE_MESSAGE = {
  messageId: FIELD.messageId,
  statement: templateObject(0xbf3d, 'half of the member key', STATEMENT.openingHalf.fields),
  signature: FIELD.signature,
  openingShare: FIELD.openingShare,
} as const;

/** A doctor's signature as it travels: which suite and epoch, and the signature. */
export const GROUP_SIGNATURE = {
  suite: FIELD.suite,
  epoch: FIELD.epoch,
  groupSignature: FIELD.groupSignature,
} as const;
const groupSignature = templateObject(0xbf36, "doctor's group signature", GROUP_SIGNATURE);

/** OtherRC_S of eq. 8: basic data and earlier records (JSON), under NHI's signature. */
export const OTHER_RECORDS_MESSAGE = {
  statement: templateObject(0xbf37, "NHI's answer", STATEMENT.otherRecords.fields),
  signature: FIELD.signature,
  visitId: FIELD.visitId,
  pid: FIELD.pid,
  basicData: FIELD.basicData,
  records: FIELD.earlierRecords,
} as const;

/** NewRC_S of eq. 9. */
export const NEW_RECORD_MESSAGE = {
  statement: templateObject(0xbf38, 'new record', STATEMENT.newRecord.fields),
  signature: groupSignature,
  record: FIELD.recordDocument,
} as const;

/** NHI's receipt for a verified group signature. */
export const RECEIPT = {
  statement: templateObject(0xbf39, 'receipt', STATEMENT.receipt.fields),
  signature: FIELD.signature,
} as const;

/** The prescription of eq. 10. */
export const PRESCRIPTION_MESSAGE = {
  statement: templateObject(0xbf3a, 'prescription', STATEMENT.prescription.fields),
  signature: groupSignature,
  certificate: PATIENT_CERTIFICATE_OBJECT,
  prescription: FIELD.prescriptionDocument,
} as const;

/** A claim with what it claims for, on its way to an insurer (eq. 12). */
export const INSURANCE_CLAIM_MESSAGE = {
  statement: templateObject(0xbf3f, 'claim', STATEMENT.insuranceClaim.fields),
  signature: groupSignature,
  consent: templateObject(0xbf40, "patient's consent", {
    ...STATEMENT.claimConsent.fields,
    signature: FIELD.signature,
  }),
  certificate: PATIENT_CERTIFICATE_OBJECT,
  claim: FIELD.claimDocument,
} as const;

/** FS of eq. 13 with its salt, for NHI alone; the statement and its signature travel beside it. */
export const FINGERPRINT_MESSAGE = {
  messageId: FIELD.messageId,
  salt: FIELD.salt,
  fingerprint: FIELD.fingerprint,
} as const;

/** NHI's answer in an emergency (eq. 15): the extract, or that nobody was identified. */
export const EMERGENCY_MESSAGE = {
  statement: templateObject(0xbf41, "NHI's answer in an emergency", STATEMENT.emergencyAnswer.fields),
  signature: FIELD.signature,
  extract: FIELD.emergencyExtract,
} as const;

/** An event of the audit log; which fields are there follows from its kind. The salt hides it behind its hash. */
export const AUDIT_EVENT = {
  auditKind: FIELD.auditKind,
  salt: FIELD.salt,
  reason: FIELD.reason,
  epoch: optional(FIELD.epoch),
  signatureHash: optional(FIELD.signatureHash),
  doctorId: optional(FIELD.doctorId),
  hospitalId: optional(FIELD.hospitalId),
  readerId: optional(FIELD.readerId),
  templateHash: optional(FIELD.templateHash),
  searched: optional(FIELD.searched),
  outcome: optional(FIELD.outcome),
  pid: optional(FIELD.pid),
} as const;

/** What a patient's card confirmed at a pharmacy (eq. 17). */
export const COLLECTION_MESSAGE = {
  statement: templateObject(0xbf3b, 'collection', STATEMENT.collection.fields),
  signature: FIELD.signature,
} as const;

/** What an agent confirmed at a pharmacy with the patient's card (eq. 18): R ‖ s, and the warrant it was made under. */
export const AGENT_COLLECTION_MESSAGE = {
  statement: templateObject(0xbf3e, "agent's collection", STATEMENT.agentCollection.fields),
  proxySignature: FIELD.proxySignature,
  warrant: templateObject(0xbf25, 'warrant certificate', WARRANT_CERTIFICATE),
} as const;
