/** Commands of ISO/IEC 7816-4 and 7816-8 that both cards share. */

import { FIELD } from '../statement/fields.js';
import { SW } from '../status-word.js';
import { bytesObject, secret } from '../template.js';
import { SELECTION_METHOD } from './file-tree.js';
import type { CommandSpec } from './specification.js';

/** PIN values are 4 to 12 digits in ASCII, unpadded. */
const PIN_VALUE = { min: 4, max: 12 } as const;
const LIVE = ['initialisation', 'operational'] as const;
/** For roles to be proven to a card that is out of use. */
const AUTHENTICABLE = ['operational', 'deactivated'] as const;
const ALWAYS = ['initialisation', 'operational', 'deactivated', 'terminated'] as const;

export const select = {
  id: 'select',
  name: 'SELECT',
  clause: 'ISO/IEC 7816-4:2020, 11.2.2',
  summary:
    'Selects a DF or an EF: by application identifier, by file identifier, by path. A DF selected begins anew, with nothing proven; what is not found changes nothing.',
  cla: 0x00,
  ins: 0xa4,
  p1: { kind: 'enum', name: 'selection', values: SELECTION_METHOD },
  p2: {
    kind: 'enum',
    name: 'answer',
    values: {
      FCI: 0x00,
      FCP: 0x04,
      nothing: 0x0c,
      'FCI of the next occurrence': 0x02,
      'FCP of the next occurrence': 0x06,
      'nothing, next occurrence': 0x0e,
    },
  },
  data: { kind: 'bytes', name: 'file or application identifier, or path', min: 2, max: 16, optional: true },
  response: { kind: 'bytes', name: 'file control information', min: 0, max: 64 },
  access: 'always',
  states: ALWAYS,
  effect: 'session',
  status: [
    { status: SW.fileNotFound, reason: 'no such application or file, or no next one' },
    { status: SW.fileDeactivated, reason: 'selected; the application is deactivated' },
    { status: SW.terminated, reason: 'selected; the application is terminated' },
    {
      status: SW.incorrectP1P2,
      reason: 'a next occurrence of something else than an application identifier',
    },
  ],
  examples: [
    { title: 'the patient application, no answer wanted', command: '00A4040C06F0494D495301' },
    { title: 'the file of the emergency data by its path', command: '00A4080C04DF010104' },
    { title: 'the master file', command: '00A4000C023F00' },
  ],
} as const satisfies CommandSpec;

export const readBinary = {
  id: 'readBinary',
  name: 'READ BINARY',
  clause: 'ISO/IEC 7816-4:2020, 11.3.3',
  summary: 'Reads bytes of the current transparent file, or of the one whose short identifier stands in P1.',
  cla: 0x00,
  ins: 0xb0,
  p1: { kind: 'range', name: 'offset high byte or 80 + short EF identifier', min: 0x00, max: 0x9e },
  p2: { kind: 'range', name: 'offset low byte', min: 0x00, max: 0xff },
  data: { kind: 'none' },
  response: { kind: 'bytes', name: 'file content', min: 0, max: 65536 },
  readsLe: true,
  access: 'by file',
  states: LIVE,
  effect: 'session',
  status: [
    { status: SW.endOfFile, reason: 'fewer bytes than Le were left' },
    { status: SW.incompatibleFile, reason: 'the file has records' },
    { status: SW.securityStatusNotSatisfied, reason: 'the file may not be read with this security status' },
    { status: SW.noCurrentFile, reason: 'no file is selected' },
    { status: SW.fileNotFound, reason: 'no file has this short identifier' },
    {
      status: SW.wrongParameters,
      reason: 'nothing stands at the offset: it is the end of the content, or beyond',
    },
  ],
  examples: [{ title: 'the first 256 bytes of the file with short identifier 1', command: '00B0810000' }],
} as const satisfies CommandSpec;

export const readRecord = {
  id: 'readRecord',
  name: 'READ RECORD',
  clause: 'ISO/IEC 7816-4:2020, 11.4.3',
  summary:
    'Reads one record by number, or the current one; in a cyclic file number 1 is the newest. The current record stays the same.',
  cla: 0x00,
  ins: 0xb2,
  p1: { kind: 'range', name: 'record number, 0 for the current record', min: 0, max: 254 },
  // table 85: b8-b4 short EF identifier (0: the current EF), b3-b1 100: P1 is the record number
  p2: { kind: 'short-file', name: 'short EF identifier', mode: 0x04 },
  data: { kind: 'none' },
  response: { kind: 'bytes', name: 'record content', min: 1, max: 256 },
  access: 'by file',
  states: LIVE,
  effect: 'session',
  status: [
    { status: SW.incompatibleFile, reason: 'the file has no records' },
    { status: SW.securityStatusNotSatisfied, reason: 'the file may not be read with this security status' },
    { status: SW.noCurrentFile, reason: 'no file is selected' },
    { status: SW.fileNotFound, reason: 'no file has this short identifier' },
    { status: SW.recordNotFound, reason: 'there is no record of this number, or no current one' },
  ],
  examples: [{ title: 'the newest diagnosis record', command: '00B2011400' }],
} as const satisfies CommandSpec;

export const getResponse = {
  id: 'getResponse',
  name: 'GET RESPONSE',
  clause: 'ISO/IEC 7816-4:2020, 11.7.2',
  summary: 'Fetches response bytes announced by 61xx; any other command discards them.',
  cla: 0x00,
  ins: 0xc0,
  p1: { kind: 'constant', value: 0 },
  p2: { kind: 'constant', value: 0 },
  data: { kind: 'none' },
  response: { kind: 'bytes', name: 'rest of the response', min: 1, max: 256 },
  access: 'always',
  states: ALWAYS,
  effect: 'session',
  status: [
    { status: SW.bytesAvailable, reason: 'more is waiting' },
    { status: SW.fileDeactivated, reason: 'the rest of the answer of a SELECT that warned of it' },
    { status: SW.terminated, reason: 'the rest of the answer of a SELECT that warned of it' },
    { status: SW.conditionsNotSatisfied, reason: 'nothing is waiting' },
  ],
} as const satisfies CommandSpec;

export const manageChannel = {
  id: 'manageChannel',
  name: 'MANAGE CHANNEL',
  clause: 'ISO/IEC 7816-4:2020, 11.1.2',
  summary:
    'Opens a logical channel, the one named in P2 or else the lowest free one, or closes one. Each channel has a selection and a security status of its own.',
  cla: 0x00,
  ins: 0x70,
  p1: { kind: 'enum', name: 'function', values: { open: 0x00, close: 0x80 } },
  p2: {
    kind: 'range',
    name: 'channel number, 0 for the card to choose or for the channel of CLA',
    min: 0,
    max: 3,
  },
  data: { kind: 'none' },
  response: { kind: 'bytes', name: 'channel number', min: 0, max: 1 },
  access: 'always',
  states: ALWAYS,
  effect: 'session',
  status: [
    {
      status: SW.functionNotSupported,
      reason: 'no channel is free, or this profile has too little RAM for one',
    },
    { status: SW.incorrectP1P2, reason: 'the channel is open already, or not open, or the basic one' },
  ],
  examples: [
    { title: 'open a channel, the card chooses', command: '0070000001' },
    { title: 'close channel 1', command: '00708001' },
  ],
} as const satisfies CommandSpec;

export const getChallenge = {
  id: 'getChallenge',
  name: 'GET CHALLENGE',
  clause: 'ISO/IEC 7816-4:2020, 11.5.3',
  summary: 'Draws the 16 random bytes that the next authentication must answer.',
  cla: 0x00,
  ins: 0x84,
  p1: { kind: 'constant', value: 0 },
  p2: { kind: 'constant', value: 0 },
  data: { kind: 'none' },
  response: { kind: 'bytes', name: 'challenge', min: 16, max: 16 },
  access: 'always',
  states: [...LIVE, 'deactivated'],
  effect: 'session',
  status: [],
  examples: [{ title: '16 bytes', command: '0084000010' }],
} as const satisfies CommandSpec;

export const verify = {
  id: 'verify',
  name: 'VERIFY',
  clause: 'ISO/IEC 7816-4:2020, 11.5.6',
  summary:
    'Compares a PIN with the stored one; the try is spent before the comparison. Without data it answers the tries left.',
  cla: 0x00,
  ins: 0x20,
  p1: { kind: 'constant', value: 0 },
  p2: { kind: 'enum', name: 'reference', values: { 'holder PIN': 0x81 } },
  data: { kind: 'bytes', name: 'PIN', ...PIN_VALUE, secret: true, optional: true },
  response: { kind: 'none' },
  access: 'always',
  states: ['operational'],
  proves: 'pin',
  effect: 'persistent',
  status: [
    { status: SW.counter, reason: 'wrong PIN, or no PIN was sent: x tries are left' },
    { status: SW.authenticationMethodBlocked, reason: 'no tries are left' },
  ],
} as const satisfies CommandSpec;

/** VERIFY with P1 = FF: a terminal is done with what the PIN permits and the card stays selected. */
export const resetVerification = {
  id: 'resetVerification',
  name: 'VERIFY: NOT VERIFIED',
  clause: 'ISO/IEC 7816-4:2020, 11.5.6',
  summary: 'Sets the verification status of a PIN back to "not verified", on this logical channel.',
  cla: 0x00,
  ins: 0x20,
  p1: { kind: 'constant', value: 0xff },
  p2: { kind: 'enum', name: 'reference', values: { 'holder PIN': 0x81 } },
  data: { kind: 'none' },
  response: { kind: 'none' },
  access: 'always',
  states: ['operational'],
  effect: 'session',
  status: [],
  examples: [{ title: 'the PIN counts no more', command: '0020FF81' }],
} as const satisfies CommandSpec;

export const changeReferenceData = {
  id: 'changeReferenceData',
  name: 'CHANGE REFERENCE DATA',
  clause: 'ISO/IEC 7816-4:2020, 11.5.7',
  summary: 'Replaces a PIN: the old value and the new one, each in its data object.',
  cla: 0x00,
  ins: 0x24,
  p1: { kind: 'constant', value: 0 },
  p2: { kind: 'enum', name: 'reference', values: { 'holder PIN': 0x81 } },
  data: {
    kind: 'template',
    template: {
      current: secret(bytesObject(0x80, 'current PIN', PIN_VALUE.min, PIN_VALUE.max)),
      replacement: secret(bytesObject(0x81, 'new PIN', PIN_VALUE.min, PIN_VALUE.max)),
    },
  },
  response: { kind: 'none' },
  access: 'always',
  states: ['operational'],
  effect: 'persistent',
  status: [
    { status: SW.counter, reason: 'the current PIN is wrong: x tries are left' },
    { status: SW.authenticationMethodBlocked, reason: 'no tries are left' },
  ],
} as const satisfies CommandSpec;

export const resetRetryCounter = {
  id: 'resetRetryCounter',
  name: 'RESET RETRY COUNTER',
  clause: 'ISO/IEC 7816-4:2020, 11.5.10',
  summary: 'Unblocks a PIN with the PUK and sets a new value.',
  cla: 0x00,
  ins: 0x2c,
  p1: { kind: 'constant', value: 0 },
  p2: { kind: 'enum', name: 'reference', values: { 'holder PIN': 0x81 } },
  data: {
    kind: 'template',
    template: {
      puk: secret(bytesObject(0x80, 'PUK', 8)),
      replacement: secret(bytesObject(0x81, 'new PIN', PIN_VALUE.min, PIN_VALUE.max)),
    },
  },
  response: { kind: 'none' },
  access: 'always',
  states: ['operational'],
  effect: 'persistent',
  status: [
    { status: SW.counter, reason: 'wrong PUK: x tries are left' },
    { status: SW.authenticationMethodBlocked, reason: 'no tries of the PUK are left' },
  ],
} as const satisfies CommandSpec;

export const manageSecurityEnvironment = {
  id: 'manageSecurityEnvironment',
  name: 'MANAGE SECURITY ENVIRONMENT: SET',
  clause: 'ISO/IEC 7816-4:2020, 11.5.11',
  summary: 'Sets the algorithm for the next signature; the algorithm fixes key and statement.',
  cla: 0x00,
  ins: 0x22,
  p1: { kind: 'constant', value: 0x41 },
  p2: {
    kind: 'enum',
    name: 'control reference template',
    values: { 'digital signature': 0xb6, confidentiality: 0xb8 },
  },
  data: { kind: 'template', template: { algorithm: bytesObject(0x80, 'algorithm reference', 1) } },
  response: { kind: 'none' },
  access: 'always',
  states: LIVE,
  effect: 'session',
  status: [{ status: SW.referenceDataNotFound, reason: 'no such algorithm in this template' }],
  examples: [{ title: 'the patient signs a visit request', command: '002241B803800106' }],
} as const satisfies CommandSpec;

export const setVerificationKey = {
  id: 'setVerificationKey',
  name: 'MANAGE SECURITY ENVIRONMENT: SET FOR VERIFICATION',
  clause: 'ISO/IEC 7816-4:2020, 11.5.11; ISO/IEC 7816-8:2019, 11.8',
  summary:
    "Sets the key that the next certificate is verified with by its reference: NHI's root, or the CA whose certificate was verified.",
  cla: 0x00,
  ins: 0x22,
  p1: { kind: 'constant', value: 0x81 },
  p2: { kind: 'constant', value: 0xb6 },
  data: { kind: 'template', template: { keyReference: FIELD.keyReference } },
  response: { kind: 'none' },
  access: 'always',
  states: AUTHENTICABLE,
  effect: 'session',
  status: [
    { status: SW.referenceDataNotFound, reason: "neither the root's reference nor that of a verified CA" },
  ],
  examples: [{ title: 'the root of NHI', command: '002281B60A830854574E4849523031' }],
} as const satisfies CommandSpec;

export const verifyCertificate = {
  id: 'verifyCertificate',
  name: 'PERFORM SECURITY OPERATION: VERIFY CERTIFICATE',
  clause: 'ISO/IEC 7816-8:2019, 11.8',
  summary:
    "Checks a certificate of another card's chain with the key set before: under NHI's root the CA's, whose key is then known, under the CA's key the role certificate, whose role and key await the proof of possession.",
  cla: 0x00,
  ins: 0x2a,
  p1: { kind: 'constant', value: 0x00 },
  p2: { kind: 'constant', value: 0xbe },
  data: { kind: 'bytes', name: 'card-verifiable certificate', min: 1, max: 255 },
  response: { kind: 'none' },
  access: 'always',
  states: AUTHENTICABLE,
  effect: 'persistent',
  status: [
    {
      status: SW.conditionsNotSatisfied,
      reason: 'MANAGE SECURITY ENVIRONMENT has set no key to verify with',
    },
    {
      status: SW.referenceDataNotUsable,
      reason:
        'another authority than the key set, signature wrong, expired, outside the validity of the CA, no certificate of this step of the chain, or a role that this card does not meet',
    },
    { status: SW.incorrectData, reason: 'neither a CA certificate nor a role certificate' },
  ],
} as const satisfies CommandSpec;

export const activate = {
  id: 'activate',
  name: 'ACTIVATE FILE',
  clause: 'ISO/IEC 7816-9:2017, 9.4',
  summary: 'Ends personalisation: the application becomes operational, STORE DATA is closed for good.',
  cla: 0x00,
  ins: 0x44,
  p1: { kind: 'constant', value: 0 },
  p2: { kind: 'constant', value: 0 },
  data: { kind: 'none' },
  response: { kind: 'none' },
  secureMessaging: 'scp03 C-MAC',
  access: 'always',
  states: ['initialisation'],
  leadsTo: 'operational',
  effect: 'persistent',
  status: [
    { status: SW.conditionsNotSatisfied, reason: 'something that personalisation must bring is missing' },
    { status: SW.referenceDataNotUsable, reason: 'the role certificate is not one of NHI, or has expired' },
  ],
} as const satisfies CommandSpec;

export const generateKeyPair = {
  id: 'generateKeyPair',
  name: 'GENERATE ASYMMETRIC KEY PAIR',
  clause: 'ISO/IEC 7816-8:2019, 11.2',
  summary: 'Makes a key pair on the card, once per reference, and answers the public key.',
  cla: 0x00,
  ins: 0x47,
  p1: { kind: 'constant', value: 0x80 },
  p2: {
    kind: 'enum',
    name: 'key',
    values: { signing: 0x01, decryption: 0x02, delegation: 0x03, 'log-in': 0x04 },
  },
  data: { kind: 'none' },
  response: {
    kind: 'template',
    template: { publicPoint: bytesObject(0x86, 'public key (compressed point)', 33) },
  },
  secureMessaging: 'scp03 C-MAC',
  access: 'always',
  states: ['initialisation'],
  effect: 'persistent',
  status: [
    { status: SW.conditionsNotSatisfied, reason: 'this key exists already' },
    { status: SW.referenceDataNotFound, reason: 'this card has no such key' },
  ],
} as const satisfies CommandSpec;
