/**
 * The data objects that statements, certificates, messages and commands are made of. A tag is
 * typed here and nowhere else. Interindustry tags where ISO/IEC 7816-6 has one, private-class
 * two-byte tags (DFxx, and BFxx for constructed ones) otherwise.
 */

import { bytesObject, optional, secret, textObject, timeObject, uintObject } from '../template.js';

/** Length of a pseudonym PID, in bytes. */
export const PID_BYTES = 16;
/** Length of a prescription number R_X_ID, in bytes. */
export const PRESCRIPTION_ID_BYTES = 16;

/** Longest document in a message, in bytes; two length bytes bound every data object. */
const DOCUMENT_BYTES = 60_000;

export const FIELD = {
  // ISO/IEC 7816-6 and 7816-8
  issuerReference: bytesObject(0x42, 'certification authority reference', 8),
  /** Names a CA's key, for the certificates under it; in a patient certificate the serial. */
  serial: bytesObject(0x5f20, 'certificate holder reference', 8),
  effectiveDate: timeObject(0x5f25, 'certificate effective date'),
  expirationDate: timeObject(0x5f24, 'certificate expiration date'),
  profile: uintObject(0x5f29, 'certificate profile identifier', 1),
  signature: bytesObject(0x5f37, 'signature (r || s)', 64),
  publicPoint: bytesObject(0x86, 'public key (compressed point)', 33),
  keyReference: bytesObject(0x83, 'reference of a public key', 8),

  // who
  pid: bytesObject(0xdf21, 'patient pseudonym PID', PID_BYTES),
  doctorId: textObject(0xdf22, 'doctor identifier ID_D', 1, 16),
  hospitalId: textObject(0xdf23, 'hospital identifier', 1, 12),
  pharmacyId: textObject(0xdf24, 'pharmacy identifier', 1, 12),
  insurerId: textObject(0xdf20, 'insurer identifier', 1, 12),
  readerId: textObject(0xdf3c, 'identifier of the fingerprint reader', 1, 16),
  cardSerial: bytesObject(0xdf25, 'card serial', 8),
  role: uintObject(0xdf26, 'role', 1),

  // when and how fresh
  time: timeObject(0xdf31, 'time'),
  paidUntil: timeObject(0xdf32, 'Data: insurance paid until'),
  expiry: timeObject(0xdf33, 'prescription expiry'),
  day: uintObject(0xdf34, 'day of issue', 4),
  nonce: bytesObject(0xdf35, 'NHI nonce', 16),
  challenge: bytesObject(0xdf36, 'NHI challenge', 16),
  purpose: uintObject(0xdf37, 'purpose of the visit', 1),
  epoch: uintObject(0xdf38, 'group epoch', 4),
  visitId: bytesObject(0xdf39, 'visit identifier', 16),
  messageId: bytesObject(0xdf3a, 'message identifier', 16),
  equation: uintObject(0xdf3b, 'equation', 1),
  claimId: bytesObject(0xdf3d, 'claim identifier', 16),
  reason: textObject(0xdf3e, 'reason', 1, 96),
  salt: bytesObject(0xdf3f, 'salt', 16),
  /** 1: the reader found that the finger lives; 0: it has no such test, or the test failed. */
  liveness: uintObject(0xdf5c, 'liveness', 1),

  // keys
  signingKey: bytesObject(0xdf41, 'signing public key PK_P', 33),
  decryptionKey: bytesObject(0xdf42, 'decryption public key', 33),
  delegationKey: bytesObject(0xdf43, 'delegation public key', 33),
  identityKey: bytesObject(0xdf44, 'identity public key', 33),
  proxyKey: bytesObject(0xdf45, 'proxy public key PK_AP', 33),
  replyKey: bytesObject(0xdf46, 'reply public key', 33),
  groupKeyHash: bytesObject(0xdf47, 'SHA-256 of the group public key', 32),
  suite: uintObject(0xdf48, 'group signature suite', 1),

  // digests and signatures
  envelopeHash: bytesObject(0xdf51, 'SHA-256 of the envelope', 32),
  requestHash: bytesObject(0xdf52, 'SHA-256 of the request', 32),
  recordHash: bytesObject(0xdf53, 'SHA-256 of the record', 32),
  prescriptionHash: bytesObject(0xdf54, 'SHA-256 of the prescription', 32),
  groupSignature: bytesObject(0xdf55, 'group signature', 136, 351),
  signatureHash: bytesObject(0xdf56, 'SHA-256 of the group signature', 32),
  basicDataHash: bytesObject(0xdf57, 'SHA-256 of the basic data', 32),
  recordsHash: bytesObject(0xdf58, 'SHA-256 of the records', 32),
  claimHash: bytesObject(0xdf5a, 'SHA-256 of the claim (MC, EP)', 32),
  templateHash: bytesObject(0xdf5b, 'SHA-256 of salt || fingerprint', 32),
  eventHash: bytesObject(0xdf5d, 'SHA-256 of the event', 32),

  // group membership (CRYPTO, section 2)
  membershipKey: bytesObject(0xdf61, 'membership public key D', 32, 48),
  membershipProof: bytesObject(0xdf62, 'proof of knowledge of sk', 63, 63),
  groupCredential: bytesObject(
    0xdf63,
    "credential with the issuer's proof, as the suite encodes it",
    127,
    335,
  ),
  sealedHintKey: bytesObject(0xdf66, 'hint key sealed to the card', 65, 384),
  hintKey: secret(bytesObject(0xdf67, 'hint key', 32)),
  couponsLeft: uintObject(0xdf49, 'coupons left', 2),
  couponSlots: uintObject(0xdf4a, 'coupon slots', 2),
  openingHalf: secret(bytesObject(0xdf4b, 'half of the member key', 32)),
  /** Which half: 1 the device's, 2 the kiosk's. */
  openingHalfOf: uintObject(0xdf4c, 'whose half', 1),
  /** A half times the generator of G2: with the other one it recognises every signature of the card. */
  openingShare: secret(bytesObject(0xdf4d, 'share of the opening key', 96, 128)),
  joinMode: uintObject(0xdf4e, 'join mode', 1),
  position: uintObject(0xdf4f, 'position in a register or log', 4),
  entryHash: bytesObject(0xdf59, 'SHA-256 of the register or log up to here', 32),

  // prescriptions
  // Whoever knows the number can ask for the medicine: never in a log (eq. 10), nor the halves it is made of.
  prescriptionId: secret(bytesObject(0xdf71, 'prescription number R_X_ID', PRESCRIPTION_ID_BYTES)),
  doctorRandom: secret(bytesObject(0xdf72, 'doctor-card random', 16)),
  patientRandom: secret(bytesObject(0xdf73, 'patient-card random', 16)),
  commitment: bytesObject(0xdf74, 'commitment to the doctor-card random', 32),
  repeats: uintObject(0xdf75, 'number of repeats', 1),
  record: bytesObject(0xdf76, 'diagnosis record', 1, 120),
  prescription: bytesObject(0xdf77, 'prescription', 1, 96),

  // card-to-card authentication
  ephemeralKey: bytesObject(0xdf79, 'ephemeral public key', 33),
  cardChallenge: bytesObject(0xdf7a, 'challenge of the other card', 16),
  answer: bytesObject(0xdf7b, 'challenge answered back', 16),

  // delegation to an agent (CRYPTO, section 3)
  agentPid: bytesObject(0xdf27, "agent's pseudonym", PID_BYTES),
  agentDelegationKey: bytesObject(0xdf28, "agent's delegation public key PK_A", 33),
  scope: optional(
    bytesObject(
      0xdf29,
      'SHA-256 of the only prescription number in scope; absent for every prescription',
      32,
    ),
  ),
  notBefore: timeObject(0xdf2a, 'warrant not before'),
  notAfter: timeObject(0xdf2b, 'warrant not after'),
  patientCommitment: bytesObject(0xdf2c, "patient card's commitment Y_P", 33),
  agentCommitment: bytesObject(0xdf2d, "agent card's commitment Y_A", 33),
  agentHalf: bytesObject(0xdf2e, "agent card's half s_A", 32),
  proxySignature: bytesObject(0xdf2f, 'proxy signature (R || s)', 65),
  delegationKeyProof: bytesObject(0xdf5e, 'proof of possession of the delegation key', 63),
  patientSignature: bytesObject(0xdf5f, "patient's signature (r || s)", 64),

  // documents between services; they never reach a card
  basicData: bytesObject(0xdf6a, 'basic data', 2, 4096),
  earlierRecords: bytesObject(0xdf6b, 'earlier records', 2, DOCUMENT_BYTES),
  recordDocument: bytesObject(0xdf6c, 'record', 2, DOCUMENT_BYTES),
  prescriptionDocument: bytesObject(0xdf6d, 'prescription', 2, DOCUMENT_BYTES),
  claimDocument: bytesObject(0xdf6e, 'claim (MC, EP)', 2, DOCUMENT_BYTES),
  fingerprint: bytesObject(0xdf6f, 'fingerprint FS (ISO/IEC 19794-2)', 2, DOCUMENT_BYTES),
  emergencyExtract: bytesObject(0xdf70, 'emergency extract', 2, DOCUMENT_BYTES),

  // NHI's audit log
  auditKind: uintObject(0xdf64, 'kind of event', 1),
  outcome: uintObject(0xdf65, 'outcome of a search', 1),
  searched: uintObject(0xdf68, 'people searched', 4),
} as const;
