/**
 * What public readers of the Taiwanese health-insurance card send to it, and what they take from the answer: a
 * fixed layout that anybody may read without a PIN. An option of the patient card, so that such a reader shows
 * something; unless the holder wants it otherwise, what it shows names nobody.
 */

import { SW } from '../status-word.js';
import * as interindustry from './interindustry.js';
import type { ApplicationSpec, CommandSpec } from './specification.js';

/** Bytes of the answer, field by field, in this order. */
export const READ_OUT_LAYOUT = {
  /** Digits. */
  cardNumber: 12,
  /** Big5, zeros behind it. */
  name: 20,
  nationalId: 10,
  /** yyyMMdd, years of the Republic of China. */
  birthDate: 7,
  /** M or F. */
  sex: 1,
  issueDate: 7,
} as const;

export const READ_OUT_BYTES: number = Object.values(READ_OUT_LAYOUT).reduce((sum, bytes) => sum + bytes, 0);

const getCardholderData = {
  id: 'getCardholderData',
  name: 'GET DATA',
  clause: 'project, the command of public readers of the Taiwanese health-insurance card',
  summary:
    'Answers card number, name, identifier, birth date, sex and date of issue, 57 bytes. The command has no Le; under T=0 the answer waits for GET RESPONSE.',
  cla: 0x00,
  ins: 0xca,
  p1: { kind: 'constant', value: 0x11 },
  p2: { kind: 'constant', value: 0x00 },
  data: { kind: 'bytes', name: 'two zeros', min: 2, max: 2 },
  response: { kind: 'bytes', name: 'data of the cardholder', min: 57, max: 57 },
  namesObject: true,
  answersWithoutLe: true,
  access: 'always',
  states: ['operational'],
  effect: 'none',
  status: [{ status: SW.incorrectData, reason: 'the data are not two zeros' }],
  examples: [{ title: 'as readers send it', command: '00CA1100020000' }],
} as const satisfies CommandSpec;

export const READ_OUT_APPLICATION = {
  id: 'readout',
  name: 'read-out for public readers (Taiwan)',
  aid: 'D1580000010000000000000000001100',
  fid: 0xdf04,
  commands: {
    select: interindustry.select,
    getResponse: interindustry.getResponse,
    manageChannel: interindustry.manageChannel,
    getCardholderData,
  },
  files: {},
  algorithms: {},
  pins: {},
  sharesLifeCycle: true,
} as const satisfies ApplicationSpec;
