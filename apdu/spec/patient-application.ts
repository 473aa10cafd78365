/** The patient application: the anonymous health-insurance card (HIC). */

import { CHAIN_CERTIFICATE_BYTES, PATIENT_CERTIFICATE_OBJECT } from '../statement/certificate.js';
import { FIELD } from '../statement/fields.js';
import { STATEMENT } from '../statement/statements.js';
import { SW } from '../status-word.js';
import { bytesObject, optional, secret, templateObject } from '../template.js';
import { COLLECTION_REQUEST } from './collection-request.js';
import * as dataObjects from './data-objects.js';
import * as delegation from './delegation-commands.js';
import * as fileCommands from './file-commands.js';
import * as interindustry from './interindustry.js';
import * as interoperability from './interoperability-commands.js';
import * as issuer from './issuer-commands.js';
import { PATIENT_FILES } from './patient-files.js';
import { ROLE_CHAIN_OBJECTS } from './personalisation-objects.js';
import { initializeUpdate, openSecureChannel } from './secure-channel.js';
import type { AlgorithmSpec, ApplicationSpec, CommandSpec } from './specification.js';

/** What a visit writes to the patient's card in one transaction (eq. 11). */
export const VISIT_RECORD = {
  time: FIELD.time,
  hospitalId: FIELD.hospitalId,
  record: FIELD.record,
  prescription: optional(
    templateObject(0xbf21, 'new prescription', {
      doctorRandom: FIELD.doctorRandom,
      prescriptionHash: FIELD.prescriptionHash,
      expiry: FIELD.expiry,
      repeats: FIELD.repeats,
      prescription: FIELD.prescription,
    }),
  ),
} as const;

/** What eq. 6 carries to NHI under the seal: the request, its signature, the certificate. */
export const VISIT_REQUEST_MESSAGE = {
  request: templateObject(0xbf22, 'visit request TS', STATEMENT.visitRequest.fields),
  signature: FIELD.signature,
  certificate: PATIENT_CERTIFICATE_OBJECT,
} as const;

const algorithms = {
  registration: {
    id: 'registration',
    reference: 0x01,
    operation: 'sign',
    equation: 1,
    summary: "Proves possession of SK_P to NHI over the card's public keys.",
    input: { nonce: FIELD.nonce, messageId: FIELD.messageId },
    access: { state: 'initialisation' },
    key: 'signing',
  },
  visitRequest: {
    id: 'visitRequest',
    reference: 0x06,
    operation: 'sign-then-seal',
    equation: 6,
    summary: 'Signs TS with SK_P and seals {TS, signature, PCert} to NHI.',
    input: {
      challenge: FIELD.challenge,
      hospitalId: FIELD.hospitalId,
      purpose: FIELD.purpose,
      time: FIELD.time,
    },
    access: { pin: 'holder' },
    key: 'signing',
  },
  claimConsent: {
    id: 'claimConsent',
    reference: 0x0c,
    operation: 'sign',
    equation: 12,
    summary: 'Agrees that a claim goes to one insurer.',
    input: STATEMENT.claimConsent.fields,
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
      sealingKey: optional(bytesObject(0xd1, 'NHI decryption public key', 33)),
      pin: optional(secret(bytesObject(0xd2, 'holder PIN', 4, 12))),
      puk: optional(secret(bytesObject(0xd3, 'PUK', 8))),
      roleKey: optional(secret(bytesObject(0xd4, 'role private key', 32))),
      roleCertificate: optional(bytesObject(0xd5, 'role certificate', 1, CHAIN_CERTIFICATE_BYTES)),
      today: optional(bytesObject(0xd6, 'date of personalisation', 4)),
      patientCertificate: optional(bytesObject(0xd7, 'patient certificate', 1, 320)),
      emergency: optional(bytesObject(0xd8, 'emergency data', 1, 128)),
      ...ROLE_CHAIN_OBJECTS,
    },
  },
  response: { kind: 'none' },
  chaining: true,
  secureMessaging: 'scp03 C-DECRYPTION',
  access: 'always',
  states: ['initialisation'],
  effect: 'persistent',
  status: [
    { status: SW.incorrectData, reason: 'a certificate is wrong or names keys that are not on this card' },
    { status: SW.conditionsNotSatisfied, reason: 'the certificate comes before the keys or the NHI key' },
  ],
} as const satisfies CommandSpec;

const computeSignature = {
  id: 'computeSignature',
  name: 'PERFORM SECURITY OPERATION: COMPUTE DIGITAL SIGNATURE',
  clause: 'ISO/IEC 7816-8:2019, 11.5',
  summary:
    'Signs the statement of the algorithm set before; the card builds it from the fields given and its own.',
  cla: 0x00,
  ins: 0x2a,
  p1: { kind: 'constant', value: 0x9e },
  p2: { kind: 'constant', value: 0x9a },
  data: { kind: 'bytes', name: 'fields of the statement', min: 1, max: 255 },
  response: { kind: 'template', template: { signature: FIELD.signature } },
  access: 'by algorithm',
  states: ['initialisation', 'operational'],
  effect: 'none',
  status: [
    { status: SW.securityStatusNotSatisfied, reason: "the algorithm's access rule is not met" },
    { status: SW.conditionsNotSatisfied, reason: 'no algorithm is set, or a key is missing' },
    { status: SW.incorrectData, reason: 'the fields are not those of the statement' },
  ],
} as const satisfies CommandSpec;

const encipher = {
  id: 'encipher',
  name: 'PERFORM SECURITY OPERATION: ENCIPHER',
  clause: 'ISO/IEC 7816-8:2019, 11.9',
  summary: 'Signs the statement of the algorithm set before and seals it with the certificate to NHI (HPKE).',
  cla: 0x00,
  ins: 0x2a,
  p1: { kind: 'constant', value: 0x84 },
  p2: { kind: 'constant', value: 0x80 },
  data: { kind: 'bytes', name: 'fields of the statement', min: 1, max: 255 },
  response: {
    kind: 'template',
    template: {
      messageId: FIELD.messageId,
      envelope: bytesObject(0x84, 'sealed message (HPKE enc || ciphertext)', 65, 1200),
    },
  },
  access: 'by algorithm',
  states: ['operational'],
  effect: 'none',
  status: [
    { status: SW.securityStatusNotSatisfied, reason: 'the holder PIN is not verified' },
    { status: SW.conditionsNotSatisfied, reason: 'no algorithm is set' },
    { status: SW.incorrectData, reason: 'the fields are not those of the statement' },
    { status: SW.notEnoughMemory, reason: 'the RAM of this card profile is too small for the envelope' },
  ],
} as const satisfies CommandSpec;

const mutualAuthenticate = {
  id: 'mutualAuthenticate',
  name: 'MUTUAL AUTHENTICATE',
  clause: 'ISO/IEC 7816-4:2020, 11.5.5',
  summary:
    'The other card proves its role over the challenge of GET CHALLENGE; this card proves itself back and both hold a session key.',
  cla: 0x00,
  ins: 0x82,
  p1: { kind: 'constant', value: 0 },
  p2: { kind: 'constant', value: 0 },
  data: {
    kind: 'template',
    template: {
      challenge: FIELD.cardChallenge,
      ephemeralKey: FIELD.ephemeralKey,
      signature: FIELD.signature,
    },
  },
  response: {
    kind: 'template',
    template: {
      ephemeralKey: FIELD.ephemeralKey,
      signature: FIELD.signature,
      roleCertificate: bytesObject(0xd5, 'role certificate', 1, CHAIN_CERTIFICATE_BYTES),
      authorityCertificate: bytesObject(0xde, 'NHI CA certificate', 1, CHAIN_CERTIFICATE_BYTES),
    },
  },
  access: 'always',
  states: ['operational', 'deactivated'],
  proves: 'role',
  effect: 'session',
  status: [
    {
      status: SW.conditionsNotSatisfied,
      reason: 'no challenge was drawn or no certificate was verified before',
    },
    { status: SW.securityStatusNotSatisfied, reason: 'the proof of possession is wrong' },
  ],
} as const satisfies CommandSpec;

const contributeToPrescriptionNumber = {
  id: 'contributeToPrescriptionNumber',
  name: 'PRESCRIPTION NUMBER: CONTRIBUTE',
  clause: 'project, PROTOCOL eq. 10',
  summary:
    "Takes the doctor card's commitment and answers this card's random half of the next prescription number.",
  cla: 0x80,
  ins: 0x5a,
  p1: { kind: 'constant', value: 0x02 },
  p2: { kind: 'constant', value: 0x00 },
  data: { kind: 'template', template: { commitment: FIELD.commitment } },
  response: { kind: 'template', template: { patientRandom: FIELD.patientRandom } },
  access: { role: 'doctor' },
  states: ['operational'],
  effect: 'session',
  status: [],
} as const satisfies CommandSpec;

const putVisitRecord = {
  id: 'putVisitRecord',
  name: 'PUT DATA',
  clause: 'ISO/IEC 7816-4:2020, 11.6.4 (odd instruction)',
  summary: 'Stores the record and the prescription of a visit with a log entry, all or nothing (eq. 11).',
  cla: 0x00,
  ins: 0xdb,
  p1: { kind: 'constant', value: 0x3f },
  p2: { kind: 'constant', value: 0xff },
  data: { kind: 'template', template: VISIT_RECORD },
  response: { kind: 'none' },
  chaining: true,
  access: { role: 'doctor' },
  states: ['operational'],
  effect: 'persistent',
  status: [
    {
      status: SW.conditionsNotSatisfied,
      reason: 'the prescription number was not agreed on in this session',
    },
    { status: SW.incorrectData, reason: 'a field is wrong, or the doctor card did not keep its commitment' },
    { status: SW.notEnoughMemory, reason: 'every prescription slot holds an open prescription' },
  ],
} as const satisfies CommandSpec;

const collect = {
  id: 'collect',
  name: 'COLLECT PRESCRIPTION',
  clause: 'project, PROTOCOL eq. 17',
  summary:
    'Marks the prescription collected and signs the collection; the same request again answers the stored signature.',
  cla: 0x80,
  ins: 0x5c,
  p1: { kind: 'constant', value: 0x00 },
  p2: { kind: 'constant', value: 0x00 },
  data: { kind: 'template', template: COLLECTION_REQUEST },
  response: { kind: 'template', template: { signature: FIELD.signature } },
  access: { all: [{ pin: 'holder' }, { role: 'pharmacy' }] },
  states: ['operational'],
  effect: 'persistent',
  status: [
    { status: SW.referenceDataNotFound, reason: 'this card has no such prescription' },
    { status: SW.conditionsNotSatisfied, reason: 'collected already, or past its expiry' },
  ],
} as const satisfies CommandSpec;

export const PATIENT_APPLICATION = {
  id: 'patient',
  name: 'health-insurance card (patient)',
  aid: 'F0494D495301',
  fid: 0xdf01,
  commands: {
    select: interindustry.select,
    readBinary: interindustry.readBinary,
    readRecord: interindustry.readRecord,
    readRecordInOrder: fileCommands.readRecordInOrder,
    readRecords: fileCommands.readRecords,
    updateBinary: fileCommands.updateBinary,
    eraseBinary: fileCommands.eraseBinary,
    updateRecord: fileCommands.updateRecord,
    appendRecord: fileCommands.appendRecord,
    getResponse: interindustry.getResponse,
    manageChannel: interindustry.manageChannel,
    getChallenge: interindustry.getChallenge,
    verify: delegation.verify,
    changeReferenceData: delegation.changeReferenceData,
    resetVerification: interindustry.resetVerification,
    resetRetryCounter: interindustry.resetRetryCounter,
    getHistoricalBytes: dataObjects.getHistoricalBytes,
    getPinStatus: dataObjects.getPinStatus,
    getCardSerial: dataObjects.getCardSerial,
    getHolderDeclaration: dataObjects.getHolderDeclaration,
    putHolderDeclaration: dataObjects.putHolderDeclaration,
    manageSecurityEnvironment: interindustry.manageSecurityEnvironment,
    setVerificationKey: interindustry.setVerificationKey,
    verifyCertificate: interindustry.verifyCertificate,
    initializeUpdate,
    openSecureChannel,
    restoreTries: issuer.restoreTries,
    activate: issuer.reactivate,
    deactivate: issuer.deactivate,
    terminate: issuer.terminate,
    generateKeyPair: interindustry.generateKeyPair,
    proveDelegationKey: delegation.proveDelegationKey,
    storeData,
    storeInteroperability: interoperability.storePatientInteroperability,
    computeSignature,
    encipher,
    mutualAuthenticate,
    contributeToPrescriptionNumber,
    putVisitRecord,
    putCertificate: issuer.putCertificate,
    collect,
    openDelegation: delegation.openDelegation,
    answerDelegation: delegation.answerDelegation,
    closeDelegation: delegation.closeDelegation,
    storeWarrantCertificate: delegation.storeWarrantCertificate,
    readWarrant: delegation.readWarrant,
    showWarrant: delegation.showWarrant,
    removeDelegation: delegation.removeDelegation,
    collectAsAgent: delegation.collectAsAgent,
  },
  files: PATIENT_FILES,
  algorithms,
  pins: {
    holder: { reference: 0x81, name: 'holder PIN', minLength: 4, maxLength: 12, tries: 3 },
    puk: { reference: 0x82, name: 'PUK', minLength: 8, maxLength: 8, tries: 10 },
    ...delegation.AGENT_PINS,
  },
  roles: ['doctor', 'staff', 'pharmacy', 'nhi'],
  keys: {
    signing: { reference: 0x01, name: 'SK_P: signs' },
    decryption: { reference: 0x02, name: 'opens what is sealed to this card' },
    delegation: { reference: 0x03, name: 'delegates to an agent' },
    logIn: { reference: 0x04, name: 'log-in key: signs hashes for other software' },
  },
} as const satisfies ApplicationSpec;
