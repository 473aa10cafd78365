/** What a group member's card does beyond joining and signing: coupons, the split for opening, a new epoch. */

import { FIELD } from '../statement/fields.js';
import { SW } from '../status-word.js';
import { optional } from '../template.js';
import type { CommandSpec, CommandStatus } from './specification.js';

/** The credential of eq. 4 as the card takes it: the fields NHI signed, and the signature. */
export const CREDENTIAL_MESSAGE = {
  nonce: FIELD.nonce,
  suite: FIELD.suite,
  epoch: FIELD.epoch,
  groupKeyHash: FIELD.groupKeyHash,
  groupCredential: FIELD.groupCredential,
  messageId: FIELD.messageId,
  sealedHintKey: optional(FIELD.sealedHintKey),
  effectiveDate: FIELD.effectiveDate,
  expirationDate: FIELD.expirationDate,
  signature: FIELD.signature,
} as const;

const { nonce, suite, epoch, groupKeyHash, ...credentialRest } = CREDENTIAL_MESSAGE;
/** The same in the mode "issuer-made": D comes along, and sk stands before the hint key under the seal. */
export const ISSUER_MADE_CREDENTIAL_MESSAGE = {
  nonce,
  suite,
  epoch,
  groupKeyHash,
  membershipKey: FIELD.membershipKey,
  ...credentialRest,
} as const;

/** How a member key came about: on the card, or at NHI as the paper's F_GK(MK, ID_D) has it. */
export const JOIN_MODE = { 'two-party': 1, 'issuer-made': 2 } as const;
export type JoinMode = keyof typeof JOIN_MODE;

/** What names a join: NHI's nonce, the suite, the group key. */
export const JOIN_OFFER = { nonce, suite, groupKeyHash } as const;

/** Why a join can not begin, in either mode. */
export const JOIN_NOT_POSSIBLE = [
  { status: SW.conditionsNotSatisfied, reason: 'no identity or decryption key, or already a member' },
  { status: SW.functionNotSupported, reason: 'this card does not offer the suite' },
] as const satisfies readonly CommandStatus[];

export const issuerMadeRequest = {
  id: 'issuerMadeRequest',
  name: 'JOIN GROUP: REQUEST, ISSUER-MADE',
  clause: 'project, PROTOCOL eq. 3',
  summary:
    'SK_D signs that the doctor asks NHI to make the member key; openings then say "the doctor or NHI".',
  cla: 0x80,
  ins: 0x58,
  p1: { kind: 'constant', value: 0x03 },
  p2: { kind: 'constant', value: 0x00 },
  data: { kind: 'template', template: JOIN_OFFER },
  response: { kind: 'template', template: { signature: FIELD.signature } },
  secureMessaging: 'scp03 C-MAC',
  access: 'always',
  states: ['initialisation'],
  effect: 'persistent',
  status: JOIN_NOT_POSSIBLE,
} as const satisfies CommandSpec;

export const issuerMadeComplete = {
  id: 'issuerMadeComplete',
  name: 'JOIN GROUP: COMPLETE, ISSUER-MADE',
  clause: 'project, PROTOCOL eq. 4, F_GK(MK, ID_D) = K_D',
  summary:
    'Stores member key and credential of NHI after the checks of JOIN GROUP: COMPLETE and of D = sk·g.',
  cla: 0x80,
  ins: 0x58,
  p1: { kind: 'constant', value: 0x04 },
  p2: { kind: 'constant', value: 0x00 },
  data: { kind: 'template', template: ISSUER_MADE_CREDENTIAL_MESSAGE },
  response: { kind: 'none' },
  chaining: true,
  secureMessaging: 'scp03 C-MAC',
  access: 'always',
  states: ['initialisation'],
  effect: 'persistent',
  status: [
    { status: SW.conditionsNotSatisfied, reason: 'no such join is open, or for another nonce' },
    { status: SW.incorrectData, reason: 'signature, proof, point, member key or hint key is wrong' },
  ],
} as const satisfies CommandSpec;

/** Who gets which half of the member key: the doctor's own device first, then the kiosk of the enrolment. */
export const OPENING_HALF = { device: 0x01, kiosk: 0x02 } as const;
export type OpeningHalf = keyof typeof OPENING_HALF;

const stock = { couponsLeft: FIELD.couponsLeft, couponSlots: FIELD.couponSlots } as const;

export const makeCoupon = {
  id: 'makeCoupon',
  name: 'COUPON: MAKE',
  clause: 'project, CRYPTO section 2',
  summary:
    'Makes one group signature ahead, up to the statement; the next COMPUTE DIGITAL SIGNATURE takes and destroys it.',
  cla: 0x80,
  ins: 0x56,
  p1: { kind: 'constant', value: 0x00 },
  p2: { kind: 'constant', value: 0x00 },
  data: { kind: 'none' },
  response: { kind: 'template', template: stock },
  access: { pin: 'holder' },
  states: ['operational'],
  effect: 'persistent',
  status: [
    { status: SW.conditionsNotSatisfied, reason: 'this card is no group member' },
    {
      status: SW.notEnoughMemory,
      reason: 'every slot holds a coupon, or this card profile has too little memory for one',
    },
  ],
  examples: [{ title: 'one coupon', command: '8056000000' }],
} as const satisfies CommandSpec;

export const readCouponStock = {
  id: 'readCouponStock',
  name: 'GET DATA: COUPONS',
  clause: 'ISO/IEC 7816-4:2020, 11.6.3; project, CRYPTO section 2',
  summary: 'Answers how many coupons of the current epoch are left, and how many slots there are.',
  cla: 0x00,
  ins: 0xca,
  p1: { kind: 'constant', value: 0xdf },
  p2: { kind: 'constant', value: 0x49 },
  data: { kind: 'none' },
  namesObject: true,
  response: { kind: 'template', template: stock },
  access: { pin: 'holder' },
  states: ['operational'],
  effect: 'none',
  status: [{ status: SW.conditionsNotSatisfied, reason: 'this card is no group member' }],
  examples: [{ title: 'how many are left', command: '00CADF4900' }],
} as const satisfies CommandSpec;

export const exportOpeningHalf = {
  id: 'exportOpeningHalf',
  name: 'SPLIT FOR OPENING',
  clause: 'project, CRYPTO section 2, join step 4',
  summary:
    "Gives one half of the member key, each once: the device's first, the kiosk's after that and after a reset; SK_D signs for which nonce.",
  cla: 0x80,
  ins: 0x54,
  p1: { kind: 'enum', name: 'half', values: OPENING_HALF },
  p2: { kind: 'constant', value: 0x00 },
  data: { kind: 'template', template: { nonce: FIELD.nonce } },
  response: {
    kind: 'template',
    template: { openingHalf: FIELD.openingHalf, signature: FIELD.signature },
  },
  access: { pin: 'holder' },
  states: ['operational'],
  effect: 'persistent',
  status: [
    {
      status: SW.conditionsNotSatisfied,
      reason: "no group member, this half was given, or the kiosk's half before a reset",
    },
  ],
} as const satisfies CommandSpec;

/** The record of a new epoch as the card takes it: no nonce, for the epoch is new; NHI's signature covers ID_D and D too. */
export const RENEWAL_MESSAGE = { suite, epoch, groupKeyHash, ...credentialRest } as const;

export const renewMembership = {
  id: 'renewMembership',
  name: 'JOIN GROUP: RENEW',
  clause: 'project, CRYPTO section 2, epochs',
  summary:
    'Takes the credential of a higher epoch after every check of a join; credential and hint key are replaced and all coupons destroyed in one transaction.',
  cla: 0x80,
  ins: 0x58,
  p1: { kind: 'constant', value: 0x02 },
  p2: { kind: 'constant', value: 0x00 },
  data: { kind: 'template', template: RENEWAL_MESSAGE },
  response: { kind: 'none' },
  chaining: true,
  access: { pin: 'holder' },
  states: ['operational'],
  effect: 'persistent',
  status: [
    {
      status: SW.conditionsNotSatisfied,
      reason: 'no group member, another suite, or the epoch is not higher than the one on the card',
    },
    { status: SW.incorrectData, reason: 'signature, proof, point or hint key is wrong, or it has expired' },
  ],
} as const satisfies CommandSpec;
