/**
 * What is signed: one statement per equation, a template of typed fields under a domain tag. Bulk
 * content enters as its SHA-256. Nothing else is ever signed, so a signature made for one equation
 * can not be presented for another.
 */

import { optional, type Template } from '../template.js';
import { FIELD } from './fields.js';
import { WARRANT_STATEMENT } from './warrant.js';

/** A statement: the paper's equation (0 where the paper has none), its domain tag and its fields. */
export type Statement = {
  readonly equation: number;
  /** Domain tag, hashed before the fields. */
  readonly domain: string;
  readonly fields: Template;
};

const {
  nonce,
  challenge,
  pid,
  time,
  hospitalId,
  pharmacyId,
  expiry,
  serial,
  profile,
  issuerReference,
  effectiveDate,
  expirationDate,
} = FIELD;

/** Body of a patient certificate PCert_P (eq. 2): card-verifiable, every field under NHI's signature. */
export const PATIENT_CERTIFICATE_BODY = {
  profile,
  issuerReference,
  serial,
  pid,
  paidUntil: FIELD.paidUntil,
  signingKey: FIELD.signingKey,
  decryptionKey: FIELD.decryptionKey,
  delegationKey: FIELD.delegationKey,
  agentKey: optional(FIELD.proxyKey),
  effectiveDate,
  expirationDate,
} as const;

/**
 * Body of the certificate of NHI's CA: signed by the root, it names itself (5F20), so that role
 * certificates can name it (42). It has no role, and its profile is no role certificate's.
 */
export const AUTHORITY_CERTIFICATE_BODY = {
  profile,
  issuerReference,
  publicPoint: FIELD.publicPoint,
  holderReference: FIELD.serial,
  effectiveDate,
  expirationDate,
} as const;

/** Body of a role certificate, signed by the CA: role and dates only, so that a batch of cards can share it. */
export const ROLE_CERTIFICATE_BODY = {
  profile,
  issuerReference,
  role: FIELD.role,
  publicPoint: FIELD.publicPoint,
  effectiveDate,
  expirationDate,
} as const;

const COLLECTION = {
  prescriptionId: FIELD.prescriptionId,
  pid,
  pharmacyId,
  nonce,
  time,
  prescriptionHash: FIELD.prescriptionHash,
} as const;

const CREDENTIAL_FIELDS = {
  nonce,
  suite: FIELD.suite,
  epoch: FIELD.epoch,
  groupKeyHash: FIELD.groupKeyHash,
  membershipKey: FIELD.membershipKey,
  groupCredential: FIELD.groupCredential,
  messageId: FIELD.messageId,
  sealedHintKey: optional(FIELD.sealedHintKey),
  effectiveDate,
  expirationDate,
} as const;

export const STATEMENT = {
  /** SK_P proves possession; the identity key of Cert_P signs the same bytes. */
  registration: {
    equation: 1,
    domain: 'IMIS-v1/sig/eq1',
    fields: {
      nonce,
      messageId: FIELD.messageId,
      signingKey: FIELD.signingKey,
      decryptionKey: FIELD.decryptionKey,
      delegationKey: FIELD.delegationKey,
      agentKey: optional(FIELD.proxyKey),
    },
  },
  patientCertificate: { equation: 2, domain: 'IMIS-v1/sig/eq2', fields: PATIENT_CERTIFICATE_BODY },
  /** SK_D signs the whole join request. */
  doctorRegistration: {
    equation: 3,
    domain: 'IMIS-v1/sig/eq3',
    fields: {
      doctorId: FIELD.doctorId,
      nonce,
      groupKeyHash: FIELD.groupKeyHash,
      membershipKey: FIELD.membershipKey,
      membershipProof: FIELD.membershipProof,
      decryptionKey: FIELD.decryptionKey,
    },
  },
  /** NHI vouches for the credential it issued on D. */
  credential: {
    equation: 4,
    domain: 'IMIS-v1/sig/eq4',
    fields: CREDENTIAL_FIELDS,
  },
  /** The same in the mode "issuer-made": NHI will make sk, so there is no D yet and no proof. */
  issuerMadeRegistration: {
    equation: 3,
    domain: 'IMIS-v1/sig/eq3/issuer-made',
    fields: {
      doctorId: FIELD.doctorId,
      nonce,
      groupKeyHash: FIELD.groupKeyHash,
      decryptionKey: FIELD.decryptionKey,
    },
  },
  /** NHI vouches for a credential on a member key that it made itself. */
  issuerMadeCredential: {
    equation: 4,
    domain: 'IMIS-v1/sig/eq4/issuer-made',
    fields: CREDENTIAL_FIELDS,
  },
  /** NHI vouches for the credential of a new epoch on the same D. */
  renewal: {
    equation: 4,
    domain: 'IMIS-v1/sig/eq4/renewal',
    fields: {
      doctorId: FIELD.doctorId,
      suite: FIELD.suite,
      epoch: FIELD.epoch,
      groupKeyHash: FIELD.groupKeyHash,
      membershipKey: FIELD.membershipKey,
      groupCredential: FIELD.groupCredential,
      messageId: FIELD.messageId,
      sealedHintKey: optional(FIELD.sealedHintKey),
      effectiveDate,
      expirationDate,
    },
  },
  /** The patient's card stands behind the warrant and the proxy key that came of it. */
  warrant: { equation: 5, domain: 'IMIS-v1/warrant', fields: WARRANT_STATEMENT },
  /** NHI countersigns; without both signatures no verifier accepts PK_AP. */
  warrantCertificate: {
    equation: 5,
    domain: 'IMIS-v1/sig/warrant',
    fields: { ...WARRANT_STATEMENT, patientSignature: FIELD.patientSignature },
  },
  /** The doctor's card says which half of sk it gave out, for which nonce of the opening service. */
  openingHalf: {
    equation: 3,
    domain: 'IMIS-v1/sig/opening-half',
    fields: {
      doctorId: FIELD.doctorId,
      nonce,
      membershipKey: FIELD.membershipKey,
      openingHalfOf: FIELD.openingHalfOf,
    },
  },
  /** PK_GK of an epoch, as NHI publishes it. */
  groupKey: {
    equation: 4,
    domain: 'IMIS-v1/sig/group-key',
    fields: {
      suite: FIELD.suite,
      epoch: FIELD.epoch,
      groupKeyHash: FIELD.groupKeyHash,
      effectiveDate,
      expirationDate,
    },
  },
  /** NHI commits to the join register up to an entry. */
  joinRegisterHead: {
    equation: 3,
    domain: 'IMIS-v1/sig/join-register',
    fields: { position: FIELD.position, entryHash: FIELD.entryHash, time },
  },
  /** NHI commits to its audit log up to an entry. */
  auditHead: {
    equation: 0,
    domain: 'IMIS-v1/sig/audit-log',
    fields: { position: FIELD.position, entryHash: FIELD.entryHash, time },
  },
  /** TS of the paper: the patient asks for treatment at one hospital, now. */
  visitRequest: {
    equation: 6,
    domain: 'IMIS-v1/sig/eq6',
    fields: { challenge, hospitalId, purpose: FIELD.purpose, time, messageId: FIELD.messageId },
  },
  /** The doctor stands behind the patient's request and names the key for the answer. */
  visitConfirmation: {
    equation: 7,
    domain: 'IMIS-v1/gs/eq7',
    fields: { envelopeHash: FIELD.envelopeHash, challenge, hospitalId, replyKey: FIELD.replyKey },
  },
  /** NHI's answer: basic data and earlier records. */
  otherRecords: {
    equation: 8,
    domain: 'IMIS-v1/sig/eq8',
    fields: {
      messageId: FIELD.messageId,
      requestHash: FIELD.requestHash,
      basicDataHash: FIELD.basicDataHash,
      recordsHash: FIELD.recordsHash,
      time,
    },
  },
  newRecord: {
    equation: 9,
    domain: 'IMIS-v1/gs/eq9',
    fields: {
      messageId: FIELD.messageId,
      recordHash: FIELD.recordHash,
      pid,
      visitId: FIELD.visitId,
      hospitalId,
      time,
    },
  },
  /** NHI's receipt for a group signature: when it was seen, in which epoch. */
  receipt: {
    equation: 9,
    domain: 'IMIS-v1/sig/receipt',
    fields: { signatureHash: FIELD.signatureHash, epoch: FIELD.epoch, time },
  },
  prescription: {
    equation: 10,
    domain: 'IMIS-v1/gs/eq10',
    fields: {
      messageId: FIELD.messageId,
      prescriptionHash: FIELD.prescriptionHash,
      prescriptionId: FIELD.prescriptionId,
      pid,
      pharmacyId,
      day: FIELD.day,
      expiry,
      repeats: FIELD.repeats,
    },
  },
  /** The doctor stands behind a claim of one patient at one insurer. */
  insuranceClaim: {
    equation: 12,
    domain: 'IMIS-v1/gs/eq12',
    fields: {
      messageId: FIELD.messageId,
      claimHash: FIELD.claimHash,
      pid,
      insurerId: FIELD.insurerId,
      claimId: FIELD.claimId,
      day: FIELD.day,
    },
  },
  /** The patient agrees that this claim goes to this insurer. */
  claimConsent: {
    equation: 12,
    domain: 'IMIS-v1/sig/eq12',
    fields: {
      insurerId: FIELD.insurerId,
      claimId: FIELD.claimId,
      claimHash: FIELD.claimHash,
      nonce,
    },
  },
  /** In an emergency: the doctor asks whose finger this is, and says why. */
  emergencyRequest: {
    equation: 13,
    domain: 'IMIS-v1/gs/eq13',
    fields: {
      templateHash: FIELD.templateHash,
      challenge,
      readerId: FIELD.readerId,
      liveness: FIELD.liveness,
      hospitalId,
      reason: FIELD.reason,
      replyKey: FIELD.replyKey,
    },
  },
  /** NHI's answer in an emergency, whether somebody was found or not. */
  emergencyAnswer: {
    equation: 15,
    domain: 'IMIS-v1/sig/eq15',
    fields: {
      messageId: FIELD.messageId,
      requestHash: FIELD.requestHash,
      recordsHash: FIELD.recordsHash,
      time,
    },
  },
  /** The patient's card confirms one collection at one pharmacy. */
  collection: {
    equation: 17,
    domain: 'IMIS-v1/sig/eq17',
    fields: COLLECTION,
  },
  /** An agent collects with the proxy key: no ordinary signature but R ‖ s over these fields, PK_AP and H(W). */
  agentCollection: { equation: 18, domain: 'IMIS-v1/proxy/eq18', fields: COLLECTION },
  authorityCertificate: {
    equation: 0,
    domain: 'IMIS-v1/sig/authority-certificate',
    fields: AUTHORITY_CERTIFICATE_BODY,
  },
  roleCertificate: { equation: 0, domain: 'IMIS-v1/sig/role-certificate', fields: ROLE_CERTIFICATE_BODY },
  /** A professional card answers the challenge of the patient's card. */
  professionalProof: {
    equation: 0,
    domain: 'IMIS-v1/card-auth/professional',
    fields: { challenge: FIELD.cardChallenge, answer: FIELD.answer, ephemeralKey: FIELD.ephemeralKey },
  },
  /** The patient's card answers the challenge of the professional card, bound to the first half. */
  holderProof: {
    equation: 0,
    domain: 'IMIS-v1/card-auth/holder',
    fields: {
      challenge: FIELD.cardChallenge,
      answer: FIELD.answer,
      professionalKey: FIELD.signingKey,
      ephemeralKey: FIELD.ephemeralKey,
    },
  },
} as const satisfies Record<string, Statement>;

/** Domain tag of the commitment that fixes the doctor card's half of a prescription number. */
export const PRESCRIPTION_COMMITMENT_DOMAIN = 'IMIS-v1/prescription-number/commitment';
/** Domain tag of the prescription number itself. */
export const PRESCRIPTION_NUMBER_DOMAIN = 'IMIS-v1/prescription-number';
/** Domain tag (HKDF info) of the session key between two cards. */
export const CARD_SESSION_DOMAIN = 'IMIS-v1/card-auth/session';

/** Kinds of events in NHI's audit log. */
export const AUDIT_KIND = { opening: 1, emergency: 2 } as const;

/** How a sealed message names NHI as its recipient. */
export const NHI_NAME = 'NHI';
