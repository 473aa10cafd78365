/**
 * What NHI does over HTTP, as data: for whom, what is asked, what is answered, and the method of the door
 * behind it. Server, client, OpenAPI document and tests follow from this table.
 */

import { z } from 'zod';
import {
  FIELD,
  PATIENT_CERTIFICATE_OBJECT,
  STATEMENT,
  templateObject,
  WARRANT_CERTIFICATE,
} from '../../apdu/index.js';
import type { HospitalDoor, InsurerDoor, PharmacyDoor } from '../nhi/doors.js';
import { MOST_AT_ONCE as RELAYED_AT_ONCE } from '../nhi/relay.js';
import {
  AGENT_COLLECTION_MESSAGE,
  COLLECTION_MESSAGE,
  GROUP_SIGNATURE,
  RECEIPT,
} from '../protocol/messages.js';
import { bytes, shape } from './shape.js';

/** Who may ask; it stands in the caller's certificate. */
export const SERVICE_ROLES = ['hospital', 'pharmacy', 'insurer'] as const;
export type ServiceRole = (typeof SERVICE_ROLES)[number];
export type DoorOf = {
  readonly hospital: HospitalDoor;
  readonly pharmacy: PharmacyDoor;
  readonly insurer: InsurerDoor;
};

export type Operation = {
  readonly role: ServiceRole;
  /** The door's method, and with dashes the last part of the path. */
  readonly method: string;
  readonly summary: string;
  readonly request: z.ZodType;
  readonly answer: z.ZodType;
  /** Calls the method. */
  readonly call: (door: never, asked: never) => Promise<unknown>;
  /** The method's arguments as one request. */
  readonly ask: (...sent: never[]) => unknown;
};

const ENVELOPE_BYTES = 70_000;
const sealed = z.strictObject({ messageId: bytes(16), envelope: bytes(1, ENVELOPE_BYTES) });
const sealedList = z.array(sealed).max(RELAYED_AT_ONCE);
const messageIds = z.strictObject({ messageIds: z.array(bytes(16)).max(RELAYED_AT_ONCE) });
const nothing = z.strictObject({});
const receipt = shape(RECEIPT);
const groupSignature = templateObject(0xbf36, "doctor's group signature", GROUP_SIGNATURE);
const challenge = shape({ challenge: FIELD.challenge, time: FIELD.time });
const decryptionKey = shape({ decryptionKey: FIELD.decryptionKey });
const foundKey = z.strictObject({ key: bytes(33).optional() });
const patientCertificate = shape(PATIENT_CERTIFICATE_OBJECT.fields);
const amount = z
  .number()
  .int()
  .positive()
  .max(2 ** 40);
const signatureInQuestion = z.strictObject({
  domain: z.string().min(1).max(64),
  statement: bytes(1, 4096),
  signature: shape(GROUP_SIGNATURE),
  receipt: receipt.optional(),
});
const signatureStatus = z.strictObject({
  status: z.enum(['good', 'revoked']),
  receipt: receipt.optional(),
});

/** One operation; the types of the table hold together here. */
function operation<R extends ServiceRole, Q, A>(
  role: R,
  method: keyof DoorOf[R] & string,
  summary: string,
  request: z.ZodType<Q>,
  answer: z.ZodType<A>,
  call: (door: DoorOf[R], asked: Q) => Promise<unknown>,
  ask: (...sent: never[]) => Q,
): Operation {
  return { role, method, summary, request, answer, call, ask };
}

const none = (): Record<string, never> => ({});

export const OPERATIONS: readonly Operation[] = [
  operation(
    'hospital',
    'issueChallenge',
    'a challenge for one visit (eq. 6)',
    nothing,
    challenge,
    (door) => door.issueChallenge(),
    none,
  ),
  operation(
    'hospital',
    'confirmVisit',
    'confirms a visit and gives earlier records (eq. 7, 8)',
    z.strictObject({
      request: sealed,
      challenge: bytes(16),
      replyKey: bytes(33),
      signature: shape(GROUP_SIGNATURE),
    }),
    z.strictObject({ answer: sealed }),
    (door, asked) => door.confirmVisit(asked),
    (request: never) => request,
  ),
  operation(
    'hospital',
    'submitRecord',
    'takes a record and gives a receipt (eq. 9)',
    sealed,
    z.strictObject({ receipt }),
    (door, asked) => door.submitRecord(asked),
    (record: never) => record,
  ),
  operation(
    'hospital',
    'forwardPrescription',
    "registers a prescription's number and passes the prescription on (eq. 10)",
    z.strictObject({
      entry: shape({
        numberHash: FIELD.scope,
        pid: FIELD.pid,
        pharmacyId: FIELD.pharmacyId,
        expiry: FIELD.expiry,
        repeats: FIELD.repeats,
      }) as unknown as z.ZodType<Parameters<HospitalDoor['forwardPrescription']>[0]>,
      sealed,
    }),
    nothing,
    (door, { entry, sealed: message }) => door.forwardPrescription(entry, message),
    (entry: never, message: never) => ({ entry, sealed: message }),
  ),
  operation(
    'hospital',
    'pharmacyKey',
    "a pharmacy's decryption key",
    shape({ pharmacyId: FIELD.pharmacyId }),
    foundKey,
    async (door, { pharmacyId }) => ({ key: await door.pharmacyKey(pharmacyId) }),
    (pharmacyId: never) => ({ pharmacyId }),
  ),
  operation(
    'hospital',
    'openClaim',
    'names a claim at an insurer (eq. 12)',
    z.strictObject({
      pid: bytes(16),
      visitId: bytes(16),
      item: z.number().int().min(0).max(255),
      total: amount,
      insurerId: z.string().min(1).max(12),
    }),
    shape({ claimId: FIELD.claimId, nonce: FIELD.nonce }),
    (door, asked) => door.openClaim(asked),
    (request: never) => request,
  ),
  operation(
    'hospital',
    'forwardClaim',
    'passes a sealed claim on (eq. 12)',
    z.strictObject({ insurerId: z.string().min(1).max(12), sealed }),
    nothing,
    (door, { insurerId, sealed: message }) => door.forwardClaim(insurerId, message),
    (insurerId: never, message: never) => ({ insurerId, sealed: message }),
  ),
  operation(
    'hospital',
    'insurerKey',
    "an insurer's decryption key",
    shape({ insurerId: FIELD.insurerId }),
    foundKey,
    async (door, { insurerId }) => ({ key: await door.insurerKey(insurerId) }),
    (insurerId: never) => ({ insurerId }),
  ),
  operation(
    'hospital',
    'issueEmergencyChallenge',
    'a challenge for one emergency (eq. 13)',
    nothing,
    challenge,
    (door) => door.issueEmergencyChallenge(),
    none,
  ),
  operation(
    'hospital',
    'identify',
    'whose finger this is (eq. 13 to 15)',
    z.strictObject({
      statement: shape(STATEMENT.emergencyRequest.fields),
      signature: shape(GROUP_SIGNATURE),
      fingerprint: sealed,
    }),
    z.strictObject({ answer: sealed }),
    (door, asked) => door.identify(asked),
    (request: never) => request,
  ),

  operation(
    'pharmacy',
    'announceKey',
    'where prescriptions are sealed to',
    decryptionKey,
    nothing,
    (door, asked) => door.announceKey(asked.decryptionKey),
    (key: never) => ({ decryptionKey: key }),
  ),
  operation(
    'pharmacy',
    'fetchPrescriptions',
    'sealed prescriptions that wait, until they are acknowledged',
    nothing,
    sealedList,
    (door) => door.fetchPrescriptions(),
    none,
  ),
  operation(
    'pharmacy',
    'acknowledgePrescriptions',
    'the pharmacy keeps these prescriptions',
    messageIds,
    nothing,
    (door, asked) => door.acknowledgePrescriptions(asked.messageIds),
    (sent: never) => ({ messageIds: sent }),
  ),
  operation(
    'pharmacy',
    'checkPrescription',
    'whether a prescription is registered, unspent and signed (eq. 16)',
    shape({
      statement: templateObject(0xbf3a, 'prescription', STATEMENT.prescription.fields),
      signature: groupSignature,
    }),
    z.strictObject({ receipt }),
    (door, { statement, signature }) => door.checkPrescription(statement, signature),
    (statement: never, signature: never) => ({ statement, signature }),
  ),
  operation(
    'pharmacy',
    'reserve',
    'a nonce for one collection (eq. 17)',
    shape({ prescriptionId: FIELD.prescriptionId, pid: FIELD.pid }),
    shape({ nonce: FIELD.nonce, time: FIELD.time }),
    (door, { prescriptionId, pid }) => door.reserve(prescriptionId, pid),
    (prescriptionId: never, pid: never) => ({ prescriptionId, pid }),
  ),
  operation(
    'pharmacy',
    'commit',
    'counts a collection (eq. 17)',
    shape(COLLECTION_MESSAGE),
    nothing,
    (door, asked) => door.commit(asked),
    (collection: never) => collection,
  ),
  operation(
    'pharmacy',
    'checkWarrant',
    'what it takes to verify a collection under a warrant (eq. 19)',
    shape(WARRANT_CERTIFICATE),
    z.strictObject({
      evidence: z.strictObject({
        issuerKey: bytes(33),
        patientCertificate,
        agentCertificate: patientCertificate,
        time: z.number().int(),
        revoked: z.boolean(),
      }),
    }),
    (door, asked) => door.checkWarrant(asked),
    (warrant: never) => warrant,
  ),
  operation(
    'pharmacy',
    'commitByAgent',
    "counts an agent's collection (eq. 18)",
    shape(AGENT_COLLECTION_MESSAGE),
    nothing,
    (door, asked) => door.commitByAgent(asked),
    (collection: never) => collection,
  ),
  operation(
    'pharmacy',
    'claimSubsidy',
    'pays for a collection, once (17a)',
    z.strictObject({
      statement: shape(STATEMENT.prescription.fields),
      signature: shape(GROUP_SIGNATURE),
      receipt,
      collectionSignature: bytes(64, 65),
      payment: bytes(2, 60_000),
    }),
    z.strictObject({ amount }),
    (door, asked) => door.claimSubsidy(asked),
    (claim: never) => claim,
  ),
  operation(
    'pharmacy',
    'signatureStatus',
    "whether a doctor's signature is good",
    signatureInQuestion,
    signatureStatus,
    (door, asked) => door.signatureStatus(asked),
    (asked: never) => asked,
  ),

  operation(
    'insurer',
    'announceKey',
    'where claims are sealed to',
    decryptionKey,
    nothing,
    (door, asked) => door.announceKey(asked.decryptionKey),
    (key: never) => ({ decryptionKey: key }),
  ),
  operation(
    'insurer',
    'fetchClaims',
    'sealed claims that wait, until they are acknowledged',
    nothing,
    sealedList,
    (door) => door.fetchClaims(),
    none,
  ),
  operation(
    'insurer',
    'acknowledgeClaims',
    'the insurer keeps these claims',
    messageIds,
    nothing,
    (door, asked) => door.acknowledgeClaims(asked.messageIds),
    (sent: never) => ({ messageIds: sent }),
  ),
  operation(
    'insurer',
    'spendClaim',
    'takes an amount from what nobody has paid of a claim (eq. 12)',
    z.strictObject({
      pid: bytes(16),
      amount,
      consent: shape({ ...STATEMENT.claimConsent.fields, signature: FIELD.signature }),
    }),
    nothing,
    (door, asked) => door.spendClaim(asked),
    (spending: never) => spending,
  ),
  operation(
    'insurer',
    'signatureStatus',
    "whether a doctor's signature is good",
    signatureInQuestion,
    signatureStatus,
    (door, asked) => door.signatureStatus(asked),
    (asked: never) => asked,
  ),
];

/** Where an operation is. */
export function pathOf({ role, method }: Pick<Operation, 'role' | 'method'>): string {
  return `/v1/${role}/${method.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
