/** The commands with which a terminal lets the professional card speak to a patient card under its session keys. */

import { SW } from '../status-word.js';
import { bytesObject, optional, secret, uintObject } from '../template.js';
import type { CommandSpec } from './specification.js';

/** Longest plain data of a command in a session, in bytes. */
const SESSION_DATA_BYTES = 600;

export const protectCommand = {
  id: 'protectCommand',
  name: 'PERFORM SECURITY OPERATION: PROTECT COMMAND',
  clause: 'ISO/IEC 7816-8:2019, 11.2: P1 and P2 name output and input; 7816-4:2020, clause 10',
  summary:
    'Makes the secure messaging data objects (7D) of one command to the patient card: encrypts its data (80) with the session keys and adds the checksum.',
  cla: 0x00,
  ins: 0x2a,
  p1: { kind: 'constant', value: 0x7d },
  p2: { kind: 'constant', value: 0x80 },
  data: {
    kind: 'template',
    template: {
      header: bytesObject(0x89, 'command header', 4),
      plain: optional(secret(bytesObject(0x80, 'command data', 1, SESSION_DATA_BYTES))),
      le: optional(bytesObject(0x97, 'Le', 1, 2)),
    },
  },
  response: { kind: 'bytes', name: 'secure messaging data objects', min: 10, max: SESSION_DATA_BYTES + 48 },
  chaining: true,
  access: { pin: 'holder' },
  states: ['operational'],
  effect: 'session',
  status: [
    { status: SW.conditionsNotSatisfied, reason: 'there is no session with a patient card' },
    { status: SW.incorrectData, reason: 'Le is not in its shortest form' },
  ],
} as const satisfies CommandSpec;

export const openResponse = {
  id: 'openResponse',
  name: 'PERFORM SECURITY OPERATION: OPEN RESPONSE',
  clause: 'ISO/IEC 7816-8:2019, 11.2: P1 and P2 name output and input; 7816-4:2020, clause 10',
  summary:
    "Checks the secure messaging data objects (7D) of the patient card's answer and decrypts them: its data (80) and its status.",
  cla: 0x00,
  ins: 0x2a,
  p1: { kind: 'constant', value: 0x80 },
  p2: { kind: 'constant', value: 0x7d },
  data: { kind: 'bytes', name: 'secure messaging data objects', min: 1, max: 960 },
  response: {
    kind: 'template',
    template: {
      plain: optional(secret(bytesObject(0x80, 'response data', 1, 940))),
      status: uintObject(0x99, 'processing status', 2),
    },
  },
  chaining: true,
  access: { pin: 'holder' },
  states: ['operational'],
  effect: 'session',
  status: [
    { status: SW.conditionsNotSatisfied, reason: 'there is no session with a patient card' },
    {
      status: SW.secureMessagingIncorrect,
      reason: 'the checksum is wrong or missing, or the cryptogram broken; the session is closed',
    },
  ],
} as const satisfies CommandSpec;
