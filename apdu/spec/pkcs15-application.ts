/** The log-in key as generic middleware finds it: a cryptographic information application (ISO/IEC 7816-15). */

import { SW } from '../status-word.js';
import { bytesObject, optional } from '../template.js';
import * as interindustry from './interindustry.js';
import * as logIn from './log-in-commands.js';
import { PKCS15_FID } from './pkcs15-content.js';
import type { ApplicationSpec, CommandSpec, FileSpec } from './specification.js';

const READABLE = { structure: 'transparent', records: 0, read: 'always' } as const;

export const PKCS15_FILES = {
  objectDirectory: {
    ...READABLE,
    name: 'EF.ODF',
    summary: 'Where the files with keys, certificates and PINs are.',
    fid: 0x5031,
    sfi: 17,
    size: 64,
  },
  tokenInformation: {
    ...READABLE,
    name: 'EF.TokenInfo',
    summary: "The card's identifier and its name.",
    fid: 0x5032,
    sfi: 18,
    size: 64,
  },
  authenticationObjects: {
    ...READABLE,
    name: 'EF.AODF',
    summary: 'The log-in PIN.',
    fid: 0x4401,
    sfi: 1,
    size: 96,
  },
  privateKeys: { ...READABLE, name: 'EF.PrKDF', summary: 'The log-in key.', fid: 0x4402, sfi: 2, size: 96 },
  certificates: { ...READABLE, name: 'EF.CDF', summary: 'Its certificate.', fid: 0x4403, sfi: 3, size: 96 },
  key: {
    ...READABLE,
    name: 'EF.LogInKey',
    summary:
      'Stands for the log-in key, for middleware that selects a key before it uses it. Nothing is in it.',
    fid: 0x4b01,
    sfi: 5,
    size: 1,
    read: 'never',
  },
  certificate: {
    ...READABLE,
    name: 'EF.LogInCert',
    summary: 'The certificate itself (X.509), the same that the PIV application shows.',
    fid: 0x4331,
    sfi: 4,
    size: logIn.LOG_IN_CERTIFICATE_BYTES,
  },
} as const satisfies Record<string, FileSpec>;

const manageSecurityEnvironment = {
  id: 'manageSecurityEnvironment',
  name: 'MANAGE SECURITY ENVIRONMENT: SET',
  clause: 'ISO/IEC 7816-4:2020, 11.5.11',
  summary:
    'Names the key for the next signature. There is one, and it is set from the selection on; another one is not found.',
  cla: 0x00,
  ins: 0x22,
  p1: { kind: 'constant', value: 0x41 },
  p2: { kind: 'constant', value: 0xb6 },
  data: {
    kind: 'template',
    template: {
      algorithm: optional(bytesObject(0x80, 'algorithm reference', 1)),
      file: optional(bytesObject(0x81, 'file identifier of the key', 2)),
      key: bytesObject(0x84, 'reference of a private key', 1),
    },
  },
  response: { kind: 'none' },
  access: 'always',
  states: ['operational'],
  effect: 'none',
  status: [{ status: SW.referenceDataNotFound, reason: 'no such key' }],
  examples: [{ title: 'the log-in key', command: '002241B603840101' }],
} as const satisfies CommandSpec;

const computeSignature = {
  id: 'computeSignature',
  name: 'PERFORM SECURITY OPERATION: COMPUTE DIGITAL SIGNATURE',
  clause: 'ISO/IEC 7816-8:2019, 11.5',
  summary: 'Signs a hash with the log-in key (ECDSA on P-256); the signature is an ECDSA-Sig-Value in DER.',
  cla: 0x00,
  ins: 0x2a,
  p1: { kind: 'constant', value: 0x9e },
  p2: { kind: 'constant', value: 0x9a },
  data: { kind: 'bytes', name: 'hash', min: logIn.LOG_IN_HASH_BYTES, max: logIn.LOG_IN_HASH_BYTES },
  response: { kind: 'bytes', name: 'signature', ...logIn.LOG_IN_SIGNATURE_BYTES },
  access: { pin: 'holder' },
  states: ['operational'],
  effect: 'none',
  status: [],
} as const satisfies CommandSpec;

export const PKCS15_APPLICATION = {
  id: 'pkcs15',
  name: 'log-in key (PKCS#15)',
  aid: 'A000000063504B43532D3135',
  fid: PKCS15_FID,
  commands: {
    select: interindustry.select,
    readBinary: interindustry.readBinary,
    getResponse: interindustry.getResponse,
    manageChannel: interindustry.manageChannel,
    verify: logIn.verify,
    resetVerification: logIn.resetVerification,
    changeReferenceData: logIn.changeReferenceData,
    resetRetryCounter: logIn.resetRetryCounter,
    manageSecurityEnvironment,
    computeSignature,
  },
  files: PKCS15_FILES,
  algorithms: {},
  pins: logIn.LOG_IN_PINS,
  sharesLifeCycle: true,
} as const satisfies ApplicationSpec;
