/** Delegation to an agent over two cards (eq. 5) and collecting as one (eq. 18); CRYPTO, section 3. */

import { PATIENT_CERTIFICATE_OBJECT } from '../statement/certificate.js';
import { FIELD } from '../statement/fields.js';
import { STORED_WARRANT, WARRANT_CERTIFICATE, WARRANT_OBJECT } from '../statement/warrant.js';
import { SW } from '../status-word.js';
import { bytesObject, secret, templateObject } from '../template.js';
import { COLLECTION_REQUEST } from './collection-request.js';
import * as interindustry from './interindustry.js';
import type { AccessRule, CommandSpec, PinSpec } from './specification.js';

/** An agent's PIN: chosen at delegation; nobody else reads, changes or unblocks it, and its last wrong try destroys the slot. */
const agentPin = (slot: 1 | 2) =>
  ({
    reference: 0x82 + slot,
    name: `agent PIN of slot ${slot}`,
    minLength: 4,
    maxLength: 12,
    tries: 3,
    accessName: 'agent',
  }) as const satisfies PinSpec;

/**
 * Slots for agents, by the reference of their PIN. Two, for one person who cares and one who stands in:
 * each costs under 0.6 kB of NVM, and what a patient delegates to more people than that is not personal care.
 */
export const AGENT_PINS = { agent1: agentPin(1), agent2: agentPin(2) } as const;

const SLOT_REFERENCES = { 'slot 1': 0x83, 'slot 2': 0x84 } as const;
export type SlotName = keyof typeof SLOT_REFERENCES;
const slotParameter = { kind: 'enum', name: 'slot', values: SLOT_REFERENCES } as const;

const DELEGATION_INS = 0x5e;
const HOLDER = { pin: 'holder' } as const satisfies AccessRule;
const AGENT_AT_PHARMACY = { all: [{ pin: 'agent' }, { role: 'pharmacy' }] } as const satisfies AccessRule;
const PIN_REFERENCES = {
  'holder PIN': 0x81,
  'agent PIN of slot 1': SLOT_REFERENCES['slot 1'],
  'agent PIN of slot 2': SLOT_REFERENCES['slot 2'],
} as const;
const NO_SLOT = { status: SW.referenceDataNotFound, reason: 'this slot holds no delegation' } as const;

/** VERIFY of the patient card: the holder's PIN, or the agent's of a slot. */
export const verify = {
  ...interindustry.verify,
  summary:
    'Compares a PIN with the stored one; the try is spent before the comparison. Without data it answers the tries left. The last wrong agent PIN destroys its slot.',
  p2: { kind: 'enum', name: 'reference', values: PIN_REFERENCES },
  status: [...interindustry.verify.status, NO_SLOT],
} as const satisfies CommandSpec;

export const changeReferenceData = {
  ...interindustry.changeReferenceData,
  p2: { kind: 'enum', name: 'reference', values: PIN_REFERENCES },
  status: [...interindustry.changeReferenceData.status, NO_SLOT],
} as const satisfies CommandSpec;

/** The exponent of a public key is proven by a Schnorr proof: challenge in, response out (dynamic authentication data, tags 81 and 82). */
export const proveDelegationKey = {
  id: 'proveDelegationKey',
  name: 'GENERAL AUTHENTICATE',
  clause: 'ISO/IEC 7816-4:2020, 11.5.5',
  summary:
    "Proves possession of the delegation key over NHI's nonce, bound to the signing key; part of the registration of eq. 1.",
  cla: 0x00,
  ins: 0x86,
  p1: { kind: 'constant', value: 0x00 },
  p2: { kind: 'constant', value: 0x03 },
  data: {
    kind: 'template',
    template: {
      authentication: templateObject(0x7c, 'dynamic authentication data', {
        nonce: bytesObject(0x81, 'challenge: NHI nonce', 16),
        wanted: bytesObject(0x82, 'response wanted', 0),
      }),
    },
  },
  response: {
    kind: 'template',
    template: {
      authentication: templateObject(0x7c, 'dynamic authentication data', {
        proof: bytesObject(0x82, 'response: proof of possession (challenge || response)', 63),
      }),
    },
  },
  access: 'always',
  states: ['initialisation'],
  effect: 'persistent',
  status: [{ status: SW.conditionsNotSatisfied, reason: 'the keys are not made yet' }],
} as const satisfies CommandSpec;

export const openDelegation = {
  id: 'openDelegation',
  name: 'DELEGATION: OPEN',
  clause: 'project, PROTOCOL eq. 5',
  summary:
    "The patient's card checks the agent's certificate, draws y_P and answers the warrant W and Y_P; y_P stays in RAM. What was open before is dropped.",
  cla: 0x80,
  ins: DELEGATION_INS,
  p1: { kind: 'constant', value: 0x00 },
  p2: { kind: 'constant', value: 0x00 },
  data: {
    kind: 'template',
    template: {
      agentCertificate: PATIENT_CERTIFICATE_OBJECT,
      scope: FIELD.scope,
      notBefore: FIELD.notBefore,
      notAfter: FIELD.notAfter,
      serial: FIELD.serial,
    },
  },
  response: {
    kind: 'template',
    template: { warrant: WARRANT_OBJECT, patientCommitment: FIELD.patientCommitment },
  },
  chaining: true,
  access: HOLDER,
  states: ['operational'],
  effect: 'persistent',
  status: [
    {
      status: SW.referenceDataNotUsable,
      reason: "the agent's certificate is not one of NHI, or has expired",
    },
    { status: SW.incorrectData, reason: "the agent is the card's own holder, or the term is empty" },
    { status: SW.notEnoughMemory, reason: 'every slot is taken' },
  ],
} as const satisfies CommandSpec;

export const answerDelegation = {
  id: 'answerDelegation',
  name: 'DELEGATION: ANSWER',
  clause: 'project, PROTOCOL eq. 5',
  summary: "The agent's card checks W and Y_P and answers its half: Y_A and s_A = y_A + c_A·x_A.",
  cla: 0x80,
  ins: DELEGATION_INS,
  p1: { kind: 'constant', value: 0x01 },
  p2: { kind: 'constant', value: 0x00 },
  data: {
    kind: 'template',
    template: { warrant: WARRANT_OBJECT, patientCommitment: FIELD.patientCommitment },
  },
  response: {
    kind: 'template',
    template: { agentCommitment: FIELD.agentCommitment, agentHalf: FIELD.agentHalf },
  },
  access: HOLDER,
  states: ['operational'],
  effect: 'persistent',
  status: [
    {
      status: SW.incorrectData,
      reason:
        'W does not name this card as the agent, or names it as the patient, its term is empty, or a point is not on the curve',
    },
  ],
} as const satisfies CommandSpec;

export const closeDelegation = {
  id: 'closeDelegation',
  name: 'DELEGATION: CLOSE',
  clause: 'project, PROTOCOL eq. 5',
  summary:
    "The patient's card checks s_A, adds its own half, stores the proxy key SK_AP under the agent's PIN and signs the warrant. Whatever it answers, y_P is gone.",
  cla: 0x80,
  ins: DELEGATION_INS,
  p1: { kind: 'constant', value: 0x02 },
  p2: slotParameter,
  data: {
    kind: 'template',
    template: {
      warrant: WARRANT_OBJECT,
      agentCommitment: FIELD.agentCommitment,
      agentHalf: FIELD.agentHalf,
      agentPin: secret(bytesObject(0x80, 'agent PIN', 4, 12)),
    },
  },
  response: {
    kind: 'template',
    template: { proxyKey: FIELD.proxyKey, patientSignature: FIELD.patientSignature },
  },
  chaining: true,
  access: HOLDER,
  states: ['operational'],
  effect: 'persistent',
  status: [
    {
      status: SW.conditionsNotSatisfied,
      reason: 'no delegation is open on this channel, or the slot is taken',
    },
    {
      status: SW.incorrectData,
      reason: "W is not the warrant that was opened, or the agent's half is wrong",
    },
  ],
} as const satisfies CommandSpec;

export const storeWarrantCertificate = {
  id: 'storeWarrantCertificate',
  name: 'DELEGATION: STORE CERTIFICATE',
  clause: 'project, PROTOCOL eq. 5',
  summary: "Stores NHI's countersignature of the slot's warrant; only then can the agent collect.",
  cla: 0x80,
  ins: DELEGATION_INS,
  p1: { kind: 'constant', value: 0x03 },
  p2: slotParameter,
  data: { kind: 'template', template: { signature: FIELD.signature } },
  response: { kind: 'none' },
  access: HOLDER,
  states: ['operational'],
  effect: 'persistent',
  status: [NO_SLOT, { status: SW.incorrectData, reason: "not NHI's signature of this slot's warrant" }],
} as const satisfies CommandSpec;

export const readWarrant = {
  id: 'readWarrant',
  name: 'DELEGATION: READ WARRANT',
  clause: 'project, PROTOCOL eq. 5',
  summary: "The warrant of a slot, for the patient; without NHI's signature while there is none.",
  cla: 0x80,
  ins: DELEGATION_INS,
  p1: { kind: 'constant', value: 0x04 },
  p2: slotParameter,
  data: { kind: 'none' },
  response: { kind: 'template', template: STORED_WARRANT },
  access: HOLDER,
  states: ['operational'],
  effect: 'none',
  status: [NO_SLOT],
} as const satisfies CommandSpec;

export const showWarrant = {
  id: 'showWarrant',
  name: 'DELEGATION: SHOW WARRANT',
  clause: 'project, PROTOCOL eq. 18',
  summary: 'The warrant certificate of the slot whose agent PIN was verified, for the pharmacy.',
  cla: 0x80,
  ins: DELEGATION_INS,
  p1: { kind: 'constant', value: 0x05 },
  p2: { kind: 'constant', value: 0x00 },
  data: { kind: 'none' },
  response: { kind: 'template', template: WARRANT_CERTIFICATE },
  access: AGENT_AT_PHARMACY,
  states: ['operational'],
  effect: 'none',
  status: [{ status: SW.conditionsNotSatisfied, reason: 'NHI has not countersigned the warrant' }],
} as const satisfies CommandSpec;

export const removeDelegation = {
  id: 'removeDelegation',
  name: 'DELEGATION: REMOVE',
  clause: 'project, PROTOCOL eq. 5',
  summary: 'Erases a slot: proxy key, agent PIN and warrant.',
  cla: 0x80,
  ins: DELEGATION_INS,
  p1: { kind: 'constant', value: 0x06 },
  p2: slotParameter,
  data: { kind: 'none' },
  response: { kind: 'none' },
  access: HOLDER,
  states: ['operational'],
  effect: 'persistent',
  status: [NO_SLOT],
} as const satisfies CommandSpec;

export const collectAsAgent = {
  id: 'collectAsAgent',
  name: 'COLLECT PRESCRIPTION AS AGENT',
  clause: 'project, PROTOCOL eq. 18',
  summary:
    'Marks the prescription collected and signs the collection with the proxy key of the slot whose agent PIN was verified; the same request again answers the stored signature.',
  cla: 0x80,
  ins: 0x5c,
  p1: { kind: 'constant', value: 0x01 },
  p2: { kind: 'constant', value: 0x00 },
  data: { kind: 'template', template: COLLECTION_REQUEST },
  response: { kind: 'template', template: { proxySignature: FIELD.proxySignature } },
  access: AGENT_AT_PHARMACY,
  states: ['operational'],
  effect: 'persistent',
  status: [
    { status: SW.referenceDataNotFound, reason: 'this card has no such prescription' },
    {
      status: SW.conditionsNotSatisfied,
      reason:
        'collected already, past its expiry, outside the scope or term of the warrant, or not countersigned by NHI',
    },
  ],
} as const satisfies CommandSpec;
