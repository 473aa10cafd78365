/** What the issuer (NHI) does to a patient card in use: its life cycle, a blocked PIN, a new certificate. */

import { PATIENT_CERTIFICATE_OBJECT } from '../statement/certificate.js';
import { SW } from '../status-word.js';
import { activate } from './interindustry.js';
import type { CommandSpec } from './specification.js';

export const deactivate = {
  id: 'deactivate',
  name: 'DEACTIVATE FILE',
  clause: 'ISO/IEC 7816-9:2017, 9.5',
  summary: 'Takes the application out of use: roles can still be proven, nothing else, until ACTIVATE FILE.',
  cla: 0x00,
  ins: 0x04,
  p1: { kind: 'constant', value: 0 },
  p2: { kind: 'constant', value: 0 },
  data: { kind: 'none' },
  response: { kind: 'none' },
  access: { role: 'nhi' },
  states: ['operational'],
  leadsTo: 'deactivated',
  effect: 'persistent',
  status: [],
} as const satisfies CommandSpec;

export const terminate = {
  id: 'terminate',
  name: 'TERMINATE DF',
  clause: 'ISO/IEC 7816-9:2017, 9.7',
  summary: 'Ends the application for good: it can be selected and nothing else.',
  cla: 0x00,
  ins: 0xe6,
  p1: { kind: 'constant', value: 0 },
  p2: { kind: 'constant', value: 0 },
  data: { kind: 'none' },
  response: { kind: 'none' },
  access: { role: 'nhi' },
  states: ['operational', 'deactivated'],
  leadsTo: 'terminated',
  effect: 'persistent',
  status: [],
} as const satisfies CommandSpec;

/** ACTIVATE FILE of an application that can be deactivated: NHI brings it back. */
export const reactivate = {
  ...activate,
  summary:
    'Ends personalisation: the application becomes operational, STORE DATA is closed for good. Brings a deactivated application back.',
  access: { any: [{ state: 'initialisation' }, { role: 'nhi' }] },
  states: ['initialisation', 'deactivated'],
  secureMessagingIn: ['initialisation'],
} as const satisfies CommandSpec;

/** RESET RETRY COUNTER without reference data (P1 = 03): who resets does not learn the PIN. */
export const restoreTries = {
  id: 'restoreTries',
  name: 'RESET RETRY COUNTER: TRIES ONLY',
  clause: 'ISO/IEC 7816-4:2020, 11.5.10',
  summary: 'Gives a PIN all its tries back without the PUK; its value stays.',
  cla: 0x00,
  ins: 0x2c,
  p1: { kind: 'constant', value: 0x03 },
  p2: { kind: 'enum', name: 'reference', values: { 'holder PIN': 0x81 } },
  data: { kind: 'none' },
  response: { kind: 'none' },
  access: { role: 'nhi' },
  states: ['operational'],
  effect: 'persistent',
  status: [],
} as const satisfies CommandSpec;

export const putCertificate = {
  id: 'putCertificate',
  name: 'PUT DATA: PATIENT CERTIFICATE',
  clause: 'ISO/IEC 7816-4:2020, 11.6.4',
  summary:
    'Renews the patient certificate: same pseudonym, same keys, a later effective date, signed by NHI.',
  cla: 0x00,
  ins: 0xda,
  // the tag of the data object whose value the command carries: a card-verifiable certificate
  p1: { kind: 'constant', value: 0x7f },
  p2: { kind: 'constant', value: 0x21 },
  data: { kind: 'template', template: PATIENT_CERTIFICATE_OBJECT.fields },
  namesObject: true,
  response: { kind: 'none' },
  chaining: true,
  access: { role: 'nhi' },
  states: ['operational'],
  effect: 'persistent',
  status: [
    {
      status: SW.incorrectData,
      reason: 'not signed by NHI, another pseudonym or other keys, or not later than the one there is',
    },
  ],
} as const satisfies CommandSpec;
