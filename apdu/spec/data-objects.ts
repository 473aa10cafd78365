/**
 * Data objects that GET DATA and PUT DATA exchange outside files (ISO/IEC 7816-4:2020, 11.6): the tag
 * stands in P1-P2, the value in the data field. Before PIN or role nothing is shown that tells two cards
 * of a kind apart, but for the tries of their PINs, which VERIFY tells as well.
 */

import { FIELD } from '../statement/fields.js';
import { SW } from '../status-word.js';
import { optional, type Template } from '../template.js';
import type { CommandSpec } from './specification.js';

const GET = {
  clause: 'ISO/IEC 7816-4:2020, 11.6.3',
  cla: 0x00,
  ins: 0xca,
  data: { kind: 'none' },
  namesObject: true,
  effect: 'none',
  status: [],
} as const;

export const getHistoricalBytes = {
  ...GET,
  id: 'getHistoricalBytes',
  name: 'GET DATA: HISTORICAL BYTES',
  summary: 'The historical bytes of the answer to reset (12.1.1), for readers that keep it to themselves.',
  p1: { kind: 'constant', value: 0x5f },
  p2: { kind: 'constant', value: 0x52 },
  response: { kind: 'bytes', name: 'historical bytes', min: 1, max: 15 },
  access: 'always',
  states: ['initialisation', 'operational', 'deactivated', 'terminated'],
  examples: [{ title: 'the historical bytes', command: '00CA5F5200' }],
} as const satisfies CommandSpec;

/** Tries that are left for each PIN. */
export const PIN_STATUS = {
  holder: { tag: 0x81, name: 'tries left for the holder PIN', format: 'uint', min: 1, max: 1 },
  puk: { tag: 0x82, name: 'tries left for the PUK', format: 'uint', min: 1, max: 1 },
} as const satisfies Template;

export const getPinStatus = {
  ...GET,
  id: 'getPinStatus',
  name: 'GET DATA: PIN STATUS',
  summary: 'How many tries each PIN has left, under the reference by which VERIFY knows it; spends none.',
  p1: { kind: 'constant', value: 0xbf },
  p2: { kind: 'constant', value: 0x2a },
  response: { kind: 'template', template: PIN_STATUS },
  access: 'always',
  states: ['operational'],
  examples: [{ title: 'tries left', command: '00CABF2A00' }],
} as const satisfies CommandSpec;

export const getCardSerial = {
  ...GET,
  id: 'getCardSerial',
  name: 'GET DATA: CARD SERIAL',
  summary: "The serial that the issuer's records know this card by; unique, so for its holder alone.",
  p1: { kind: 'constant', value: FIELD.cardSerial.tag >> 8 },
  p2: { kind: 'constant', value: FIELD.cardSerial.tag & 0xff },
  response: {
    kind: 'bytes',
    name: FIELD.cardSerial.name,
    min: FIELD.cardSerial.min,
    max: FIELD.cardSerial.max,
  },
  access: { pin: 'holder' },
  states: ['operational'],
} as const satisfies CommandSpec;

/** What a holder may declare. */
export const DECISION = { agreed: 1, declined: 2 } as const;

/** What the holder declares for a time when nobody can ask: no word of who the holder is. */
export const HOLDER_DECLARATION = {
  time: FIELD.time,
  organDonation: optional({ tag: 0x80, name: 'organ donation', format: 'uint', min: 1, max: 1 }),
  lifeSupport: optional({ tag: 0x81, name: 'life support without hope', format: 'uint', min: 1, max: 1 }),
} as const satisfies Template;

const DECLARATION_TAG = {
  p1: { kind: 'constant', value: 0xbf },
  p2: { kind: 'constant', value: 0x2b },
} as const;

export const getHolderDeclaration = {
  ...GET,
  ...DECLARATION_TAG,
  id: 'getHolderDeclaration',
  name: 'GET DATA: HOLDER DECLARATION',
  summary: 'What the holder declared, for the holder and for those who treat a patient who can not be asked.',
  response: { kind: 'template', template: HOLDER_DECLARATION },
  access: { any: [{ pin: 'holder' }, { role: 'doctor' }, { role: 'staff' }] },
  states: ['operational'],
  status: [{ status: SW.referenceDataNotFound, reason: 'the holder declared nothing' }],
} as const satisfies CommandSpec;

export const putHolderDeclaration = {
  ...DECLARATION_TAG,
  id: 'putHolderDeclaration',
  name: 'PUT DATA: HOLDER DECLARATION',
  clause: 'ISO/IEC 7816-4:2020, 11.6.4',
  summary: 'Replaces the declaration by the one of the holder, who alone may make it.',
  cla: 0x00,
  ins: 0xda,
  data: { kind: 'template', template: HOLDER_DECLARATION },
  response: { kind: 'none' },
  namesObject: true,
  access: { pin: 'holder' },
  states: ['operational'],
  effect: 'persistent',
  status: [{ status: SW.incorrectData, reason: 'a decision is neither 1 (agreed) nor 2 (declined)' }],
} as const satisfies CommandSpec;
