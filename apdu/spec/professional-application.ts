/** The professional application: the card of a doctor (HPC), of staff, or a pharmacy's security module. */

import { CHAIN_CERTIFICATE_BYTES } from '../statement/certificate.js';
import { FIELD } from '../statement/fields.js';
import { STATEMENT } from '../statement/statements.js';
import { SW } from '../status-word.js';
import { bytesObject, optional, secret, textObject } from '../template.js';
import * as dataObjects from './data-objects.js';
import * as interindustry from './interindustry.js';
import * as interoperability from './interoperability-commands.js';
import * as membership from './membership-commands.js';
import { ROLE_CHAIN_OBJECTS } from './personalisation-objects.js';
import { initializeUpdate, openSecureChannel } from './secure-channel.js';
import * as session from './session-commands.js';
import {
  type AlgorithmSpec,
  type ApplicationSpec,
  type CommandSpec,
  type FileSpec,
  whileLive,
} from './specification.js';

const files = {
  roleCertificate: {
    name: 'EF.RoleCert',
    summary: 'The role certificate that this card shows to a patient card; shared by its batch.',
    fid: 0x0201,
    sfi: 1,
    structure: 'transparent',
    size: CHAIN_CERTIFICATE_BYTES,
    records: 0,
    read: 'always',
  },
  authorityCertificate: {
    name: 'EF.CACert',
    summary:
      "The certificate of NHI's CA, under which this card's role certificate stands; shared by all cards issued under it.",
    fid: 0x0210,
    sfi: 16,
    structure: 'transparent',
    size: CHAIN_CERTIFICATE_BYTES,
    records: 0,
    read: 'always',
  },
} as const satisfies Record<string, FileSpec>;

const algorithms = {
  visitConfirmation: {
    id: 'visitConfirmation',
    reference: 0x07,
    operation: 'group-sign',
    equation: 7,
    summary: "Stands behind a patient's request as some doctor.",
    input: STATEMENT.visitConfirmation.fields,
    access: { pin: 'holder' },
  },
  newRecord: {
    id: 'newRecord',
    reference: 0x09,
    operation: 'group-sign',
    equation: 9,
    summary: 'Signs a new record.',
    input: STATEMENT.newRecord.fields,
    access: { pin: 'holder' },
  },
  prescription: {
    id: 'prescription',
    reference: 0x0a,
    operation: 'group-sign',
    equation: 10,
    summary: 'Signs a prescription for one pharmacy.',
    input: STATEMENT.prescription.fields,
    access: { pin: 'holder' },
  },
  insuranceClaim: {
    id: 'insuranceClaim',
    reference: 0x0c,
    operation: 'group-sign',
    equation: 12,
    summary: 'Signs a claim for one insurer.',
    input: STATEMENT.insuranceClaim.fields,
    access: { pin: 'holder' },
  },
  emergencyRequest: {
    id: 'emergencyRequest',
    reference: 0x0d,
    operation: 'group-sign',
    equation: 13,
    summary: 'Asks in an emergency whose finger this is, and says why.',
    input: STATEMENT.emergencyRequest.fields,
    access: { pin: 'holder' },
  },
} as const satisfies Record<string, AlgorithmSpec>;

const storeData = {
  id: 'storeData',
  name: 'STORE DATA',
  clause: 'GlobalPlatform Card Specification 2.3.1, 11.11',
  summary:
    'Personalises the application, any number of times until ACTIVATE FILE; several objects may come together.',
  cla: 0x80,
  ins: 0xe2,
  p1: { kind: 'enum', name: 'block', values: { 'more to come': 0x00, 'last block': 0x80 } },
  p2: { kind: 'range', name: 'block number', min: 0, max: 255 },
  data: {
    kind: 'template',
    template: {
      cardSerial: optional(FIELD.cardSerial),
      issuerKey: optional(bytesObject(0xd0, 'NHI signature public key', 33)),
      pin: optional(secret(bytesObject(0xd2, 'holder PIN', 4, 12))),
      puk: optional(secret(bytesObject(0xd3, 'PUK', 8))),
      roleKey: optional(secret(bytesObject(0xd4, 'role private key', 32))),
      roleCertificate: optional(bytesObject(0xd5, 'role certificate', 1, CHAIN_CERTIFICATE_BYTES)),
      today: optional(bytesObject(0xd6, 'date of personalisation', 4)),
      doctorId: optional(textObject(0xd9, 'doctor identifier ID_D', 1, 16)),
      ...ROLE_CHAIN_OBJECTS,
    },
  },
  response: { kind: 'none' },
  chaining: true,
  secureMessaging: 'scp03 C-DECRYPTION',
  access: 'always',
  states: ['initialisation'],
  effect: 'persistent',
  status: [{ status: SW.incorrectData, reason: 'the role certificate is not signed by NHI' }],
} as const satisfies CommandSpec;

const joinRequest = {
  id: 'joinRequest',
  name: 'JOIN GROUP: REQUEST',
  clause: 'project, PROTOCOL eq. 3',
  summary:
    'Draws the member key sk, answers D, the proof of knowledge of sk and the signature of SK_D over all of it.',
  cla: 0x80,
  ins: 0x58,
  p1: { kind: 'constant', value: 0x00 },
  p2: { kind: 'constant', value: 0x00 },
  data: { kind: 'template', template: membership.JOIN_OFFER },
  response: {
    kind: 'template',
    template: {
      membershipKey: FIELD.membershipKey,
      membershipProof: FIELD.membershipProof,
      signature: FIELD.signature,
    },
  },
  secureMessaging: 'scp03 C-MAC',
  access: 'always',
  states: ['initialisation'],
  effect: 'persistent',
  status: membership.JOIN_NOT_POSSIBLE,
} as const satisfies CommandSpec;

const joinComplete = {
  id: 'joinComplete',
  name: 'JOIN GROUP: COMPLETE',
  clause: 'project, PROTOCOL eq. 4',
  summary:
    'Stores the credential after checking the signature of NHI, the proof of the issuer, and that every point is of prime order.',
  cla: 0x80,
  ins: 0x58,
  p1: { kind: 'constant', value: 0x01 },
  p2: { kind: 'constant', value: 0x00 },
  data: { kind: 'template', template: membership.CREDENTIAL_MESSAGE },
  response: { kind: 'none' },
  chaining: true,
  secureMessaging: 'scp03 C-MAC',
  access: 'always',
  states: ['initialisation'],
  effect: 'persistent',
  status: [
    { status: SW.conditionsNotSatisfied, reason: 'no join is open, or for another nonce' },
    { status: SW.incorrectData, reason: 'signature, proof, point or hint key is wrong' },
  ],
} as const satisfies CommandSpec;

const computeSignature = {
  id: 'computeSignature',
  name: 'PERFORM SECURITY OPERATION: COMPUTE DIGITAL SIGNATURE',
  clause: 'ISO/IEC 7816-8:2019, 11.5',
  summary: 'Makes a group signature over the statement of the algorithm set before.',
  cla: 0x00,
  ins: 0x2a,
  p1: { kind: 'constant', value: 0x9e },
  p2: { kind: 'constant', value: 0x9a },
  data: { kind: 'bytes', name: 'fields of the statement', min: 1, max: 255 },
  response: {
    kind: 'template',
    template: { suite: FIELD.suite, epoch: FIELD.epoch, groupSignature: FIELD.groupSignature },
  },
  access: 'by algorithm',
  states: ['operational'],
  effect: 'persistent',
  status: [
    { status: SW.securityStatusNotSatisfied, reason: 'the holder PIN is not verified' },
    { status: SW.conditionsNotSatisfied, reason: 'no algorithm is set, or this card is no group member' },
    { status: SW.incorrectData, reason: 'the fields are not those of the statement' },
  ],
} as const satisfies CommandSpec;

const internalAuthenticate = {
  id: 'internalAuthenticate',
  name: 'INTERNAL AUTHENTICATE',
  clause: 'ISO/IEC 7816-4:2020, 11.5.2',
  summary:
    "Answers a patient card's challenge with the role key, and draws its own challenge and ephemeral key.",
  cla: 0x00,
  ins: 0x88,
  p1: { kind: 'constant', value: 0 },
  p2: { kind: 'constant', value: 0 },
  data: { kind: 'template', template: { answer: FIELD.answer } },
  response: {
    kind: 'template',
    template: {
      challenge: FIELD.cardChallenge,
      ephemeralKey: FIELD.ephemeralKey,
      signature: FIELD.signature,
    },
  },
  access: { pin: 'holder' },
  states: ['operational'],
  effect: 'session',
  status: [],
} as const satisfies CommandSpec;

const externalAuthenticate = {
  id: 'externalAuthenticate',
  name: 'EXTERNAL AUTHENTICATE',
  clause: 'ISO/IEC 7816-4:2020, 11.5.4',
  summary:
    "Checks the patient card's proof with the key of its certificate, verified before; afterwards both cards hold the session keys.",
  cla: 0x00,
  ins: 0x82,
  p1: { kind: 'constant', value: 0 },
  p2: { kind: 'constant', value: 0 },
  data: {
    kind: 'template',
    template: {
      ephemeralKey: FIELD.ephemeralKey,
      signature: FIELD.signature,
    },
  },
  response: { kind: 'none' },
  access: { pin: 'holder' },
  states: ['operational'],
  effect: 'session',
  status: [
    {
      status: SW.conditionsNotSatisfied,
      reason: 'INTERNAL AUTHENTICATE did not come before, or no holder certificate was verified',
    },
    { status: SW.securityStatusNotSatisfied, reason: 'the proof of possession is wrong' },
  ],
} as const satisfies CommandSpec;

const commitPrescriptionNumber = {
  id: 'commitPrescriptionNumber',
  name: 'PRESCRIPTION NUMBER: COMMIT',
  clause: 'project, PROTOCOL eq. 10',
  summary: "Draws this card's random half of the next prescription number and answers a commitment to it.",
  cla: 0x80,
  ins: 0x5a,
  p1: { kind: 'constant', value: 0x00 },
  p2: { kind: 'constant', value: 0x00 },
  data: { kind: 'none' },
  response: { kind: 'template', template: { commitment: FIELD.commitment } },
  access: { pin: 'holder' },
  states: ['operational'],
  effect: 'session',
  status: [],
} as const satisfies CommandSpec;

const revealPrescriptionNumber = {
  id: 'revealPrescriptionNumber',
  name: 'PRESCRIPTION NUMBER: REVEAL',
  clause: 'project, PROTOCOL eq. 10',
  summary: "Takes the patient card's half, answers this card's half and the number that follows from both.",
  cla: 0x80,
  ins: 0x5a,
  p1: { kind: 'constant', value: 0x01 },
  p2: { kind: 'constant', value: 0x00 },
  data: { kind: 'template', template: { patientRandom: FIELD.patientRandom } },
  response: {
    kind: 'template',
    template: { doctorRandom: FIELD.doctorRandom, prescriptionId: FIELD.prescriptionId },
  },
  access: { pin: 'holder' },
  states: ['operational'],
  effect: 'session',
  status: [{ status: SW.conditionsNotSatisfied, reason: 'there is no open commitment' }],
} as const satisfies CommandSpec;

export const PROFESSIONAL_APPLICATION = {
  id: 'professional',
  name: 'professional card (doctor, staff, pharmacy)',
  aid: 'F0494D495302',
  fid: 0xdf02,
  commands: {
    select: whileLive(interindustry.select),
    readBinary: interindustry.readBinary,
    getResponse: whileLive(interindustry.getResponse),
    manageChannel: whileLive(interindustry.manageChannel),
    verify: interindustry.verify,
    resetVerification: interindustry.resetVerification,
    changeReferenceData: interindustry.changeReferenceData,
    resetRetryCounter: interindustry.resetRetryCounter,
    getHistoricalBytes: whileLive(dataObjects.getHistoricalBytes),
    getPinStatus: dataObjects.getPinStatus,
    getCardSerial: dataObjects.getCardSerial,
    manageSecurityEnvironment: interindustry.manageSecurityEnvironment,
    setVerificationKey: whileLive(interindustry.setVerificationKey),
    verifyCertificate: whileLive(interindustry.verifyCertificate),
    initializeUpdate,
    openSecureChannel,
    activate: interindustry.activate,
    generateKeyPair: interindustry.generateKeyPair,
    storeData,
    storeInteroperability: interoperability.storeInteroperability,
    joinRequest,
    joinComplete,
    issuerMadeRequest: membership.issuerMadeRequest,
    issuerMadeComplete: membership.issuerMadeComplete,
    renewMembership: membership.renewMembership,
    exportOpeningHalf: membership.exportOpeningHalf,
    makeCoupon: membership.makeCoupon,
    readCouponStock: membership.readCouponStock,
    computeSignature,
    internalAuthenticate,
    externalAuthenticate,
    commitPrescriptionNumber,
    revealPrescriptionNumber,
    protectCommand: session.protectCommand,
    openResponse: session.openResponse,
  },
  files,
  algorithms,
  pins: {
    holder: { reference: 0x81, name: 'holder PIN', minLength: 4, maxLength: 12, tries: 3 },
    puk: { reference: 0x82, name: 'PUK', minLength: 8, maxLength: 8, tries: 10 },
  },
  keys: {
    signing: { reference: 0x01, name: 'SK_D: signs towards NHI' },
    decryption: { reference: 0x02, name: 'opens what is sealed to this card' },
    logIn: { reference: 0x04, name: 'log-in key: signs hashes for other software' },
  },
} as const satisfies ApplicationSpec;
