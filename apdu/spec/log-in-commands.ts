/**
 * What the two applications of the log-in key share: its PIN and PUK, and the commands to them. The key signs whatever a terminal sends after the PIN, as every log-in key does, so it
 * is a key of its own and never one of the protocol.
 */

import { SW } from '../status-word.js';
import type { CommandSpec, CommandStatus, PinSpec } from './specification.js';

/** Bytes of a PIN or PUK on the wire: 6 to 8 digits, FF behind them (SP 800-73-4 part 2, 2.4.3). */
export const LOG_IN_PIN_BYTES = 8;
export const LOG_IN_PIN_DIGITS = { min: 6, max: LOG_IN_PIN_BYTES } as const;
const PADDED = { min: LOG_IN_PIN_BYTES, max: LOG_IN_PIN_BYTES } as const;

/** Hash that is signed: SHA-256, as long as the key's field. */
export const LOG_IN_HASH_BYTES = 32;
/** ECDSA-Sig-Value in DER (RFC 5480): two integers of at most 33 bytes. */
export const LOG_IN_SIGNATURE_BYTES = { min: 8, max: 72 } as const;
/** Longest X.509 certificate of the log-in key. */
export const LOG_IN_CERTIFICATE_BYTES = 720;

export const LOG_IN_PINS = {
  holder: { reference: 0x80, name: 'log-in PIN', minLength: 8, maxLength: 8, tries: 3 },
  puk: { reference: 0x81, name: 'log-in PUK', minLength: 8, maxLength: 8, tries: 10 },
} as const satisfies Record<string, PinSpec>;

const PIN_REFERENCE = {
  kind: 'enum',
  name: 'reference',
  values: { 'log-in PIN': LOG_IN_PINS.holder.reference },
} as const;
const FORMAT: CommandStatus = {
  status: SW.incorrectData,
  reason: 'not 6 to 8 digits with FF behind them; no try is spent',
};
const BLOCKED: CommandStatus = {
  status: SW.authenticationMethodBlocked,
  reason: 'no tries are left',
};

export const verify = {
  id: 'verify',
  name: 'VERIFY',
  clause: 'NIST SP 800-73-4 part 2, 3.2.1; ISO/IEC 7816-4:2020, 11.5.6',
  summary:
    'Compares the log-in PIN with the stored one; the try is spent before the comparison. Without data it answers the tries left.',
  cla: 0x00,
  ins: 0x20,
  p1: { kind: 'constant', value: 0x00 },
  p2: PIN_REFERENCE,
  data: { kind: 'bytes', name: 'log-in PIN', ...PADDED, secret: true, optional: true },
  // clients ask for the tries with a length byte of 0, which reads as Le
  response: { kind: 'bytes', name: 'nothing', min: 0, max: 0 },
  answersWithoutLe: true,
  proves: 'pin',
  access: 'always',
  states: ['operational'],
  effect: 'persistent',
  status: [
    { status: SW.counter, reason: 'wrong PIN, or no PIN was sent: x tries are left' },
    BLOCKED,
    FORMAT,
  ],
} as const satisfies CommandSpec;

export const resetVerification = {
  id: 'resetVerification',
  name: 'VERIFY: NOT VERIFIED',
  clause: 'NIST SP 800-73-4 part 2, 3.2.1; ISO/IEC 7816-4:2020, 11.5.6',
  summary: 'Sets the verification status of the log-in PIN back to "not verified", on this logical channel.',
  cla: 0x00,
  ins: 0x20,
  p1: { kind: 'constant', value: 0xff },
  p2: PIN_REFERENCE,
  data: { kind: 'none' },
  response: { kind: 'none' },
  access: 'always',
  states: ['operational'],
  effect: 'session',
  status: [],
  examples: [{ title: 'the log-in PIN counts no more', command: '0020FF80' }],
} as const satisfies CommandSpec;

export const changeReferenceData = {
  id: 'changeReferenceData',
  name: 'CHANGE REFERENCE DATA',
  clause: 'NIST SP 800-73-4 part 2, 3.2.2; ISO/IEC 7816-4:2020, 11.5.7',
  summary: 'Replaces the log-in PIN, or the PUK: the old value and the new one, 8 bytes each.',
  cla: 0x00,
  ins: 0x24,
  p1: { kind: 'constant', value: 0x00 },
  p2: {
    kind: 'enum',
    name: 'reference',
    values: { 'log-in PIN': LOG_IN_PINS.holder.reference, 'log-in PUK': LOG_IN_PINS.puk.reference },
  },
  data: {
    kind: 'bytes',
    name: 'current value and new value',
    min: 2 * LOG_IN_PIN_BYTES,
    max: 2 * LOG_IN_PIN_BYTES,
    secret: true,
  },
  response: { kind: 'none' },
  access: 'always',
  states: ['operational'],
  effect: 'persistent',
  status: [{ status: SW.counter, reason: 'the current value is wrong: x tries are left' }, BLOCKED, FORMAT],
} as const satisfies CommandSpec;

export const resetRetryCounter = {
  id: 'resetRetryCounter',
  name: 'RESET RETRY COUNTER',
  clause: 'NIST SP 800-73-4 part 2, 3.2.3; ISO/IEC 7816-4:2020, 11.5.10',
  summary: 'Unblocks the log-in PIN with the PUK and sets a new value.',
  cla: 0x00,
  ins: 0x2c,
  p1: { kind: 'constant', value: 0x00 },
  p2: PIN_REFERENCE,
  data: {
    kind: 'bytes',
    name: 'PUK and new PIN',
    min: 2 * LOG_IN_PIN_BYTES,
    max: 2 * LOG_IN_PIN_BYTES,
    secret: true,
  },
  response: { kind: 'none' },
  access: 'always',
  states: ['operational'],
  effect: 'persistent',
  status: [{ status: SW.counter, reason: 'wrong PUK: x tries are left' }, BLOCKED, FORMAT],
} as const satisfies CommandSpec;
