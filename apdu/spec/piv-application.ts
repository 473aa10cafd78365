/**
 * The log-in key as operating systems and PIV middleware find it (NIST SP 800-73-4): key 9A with its certificate,
 * read-only. Cards are personalised through the card's own application, so there is no card management key.
 */

import { toHex } from '../bytes.js';
import { SW } from '../status-word.js';
import { bytesObject, templateObject } from '../template.js';
import * as interindustry from './interindustry.js';
import * as logIn from './log-in-commands.js';
import { PIV_AID, PIV_PROPERTY_TEMPLATE } from './piv-objects.js';
import type { ApplicationSpec, CommandSpec } from './specification.js';

const getData = {
  id: 'getData',
  name: 'GET DATA',
  clause: 'NIST SP 800-73-4 part 2, 3.1.2',
  summary:
    'Answers a data object by its tag: discovery object, card capability container, CHUID, certificate of key 9A. All of them are for everybody.',
  cla: 0x00,
  ins: 0xcb,
  p1: { kind: 'constant', value: 0x3f },
  p2: { kind: 'constant', value: 0xff },
  data: { kind: 'template', template: { tag: bytesObject(0x5c, 'tag of a data object', 1, 3) } },
  response: { kind: 'bytes', name: 'data object', min: 1, max: logIn.LOG_IN_CERTIFICATE_BYTES + 16 },
  access: 'always',
  states: ['operational'],
  effect: 'none',
  status: [{ status: SW.fileNotFound, reason: 'this card has no such object' }],
  examples: [
    { title: 'the discovery object', command: '00CB3FFF035C017E00' },
    { title: 'the certificate of key 9A', command: '00CB3FFF055C035FC10500' },
  ],
} as const satisfies CommandSpec;

const generalAuthenticate = {
  id: 'generalAuthenticate',
  name: 'GENERAL AUTHENTICATE',
  clause:
    'NIST SP 800-73-4 part 2, 3.2.4, and part 1, table 4 (key 9A); SP 800-78-4, table 6-2 (algorithm 11)',
  summary: 'Signs a hash with the log-in key (ECDSA on P-256); the signature is an ECDSA-Sig-Value in DER.',
  cla: 0x00,
  ins: 0x87,
  p1: { kind: 'enum', name: 'algorithm', values: { 'ECC P-256': 0x11 } },
  p2: { kind: 'enum', name: 'key', values: { 'PIV authentication': 0x9a } },
  data: {
    kind: 'template',
    template: {
      authentication: templateObject(0x7c, 'dynamic authentication template', {
        wanted: bytesObject(0x82, 'response wanted', 0),
        challenge: bytesObject(0x81, 'hash', logIn.LOG_IN_HASH_BYTES),
      }),
    },
  },
  response: {
    kind: 'template',
    template: {
      authentication: templateObject(0x7c, 'dynamic authentication template', {
        signature: bytesObject(
          0x82,
          'signature',
          logIn.LOG_IN_SIGNATURE_BYTES.min,
          logIn.LOG_IN_SIGNATURE_BYTES.max,
        ),
      }),
    },
  },
  access: { pin: 'holder' },
  states: ['operational'],
  effect: 'none',
  status: [],
} as const satisfies CommandSpec;

export const PIV_APPLICATION = {
  id: 'piv',
  name: 'log-in key (PIV)',
  aid: PIV_AID,
  fid: 0xdf03,
  selectionAnswer: toHex(PIV_PROPERTY_TEMPLATE).toUpperCase(),
  commands: {
    select: interindustry.select,
    getResponse: interindustry.getResponse,
    manageChannel: interindustry.manageChannel,
    verify: logIn.verify,
    resetVerification: logIn.resetVerification,
    changeReferenceData: logIn.changeReferenceData,
    resetRetryCounter: logIn.resetRetryCounter,
    getData,
    generalAuthenticate,
  },
  files: {},
  algorithms: {},
  pins: logIn.LOG_IN_PINS,
  sharesLifeCycle: true,
} as const satisfies ApplicationSpec;
