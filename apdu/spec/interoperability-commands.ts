/**
 * Personalisation of the applications beside the card's own, which are options: what is not stored is not on the card.
 */

import { SW } from '../status-word.js';
import { bytesObject, optional, secret, type Template } from '../template.js';
import { LOG_IN_PIN_BYTES } from './log-in-commands.js';
import { READ_OUT_BYTES } from './read-out-application.js';
import type { CommandSpec } from './specification.js';

/** Longest part of the certificate in one STORE DATA, so that each part fits the smallest commit buffer. */
export const LOG_IN_CERTIFICATE_PART_BYTES = 224;

/** What personalisation brings for the log-in key, in any number of commands. */
const LOG_IN_PERSONALISATION = {
  identifier: optional(bytesObject(0x80, 'card identifier (UUID)', 16)),
  expiry: optional(bytesObject(0x81, 'last day of validity (YYYYMMDD)', 8)),
  pin: optional(secret(bytesObject(0x82, 'log-in PIN', LOG_IN_PIN_BYTES))),
  puk: optional(secret(bytesObject(0x83, 'log-in PUK', LOG_IN_PIN_BYTES))),
  certificate: optional(
    bytesObject(0x84, 'certificate (X.509), its beginning', 1, LOG_IN_CERTIFICATE_PART_BYTES),
  ),
  certificateRest: optional(
    bytesObject(0x85, 'certificate (X.509), what follows', 1, LOG_IN_CERTIFICATE_PART_BYTES),
  ),
} as const satisfies Template;

/** STORE DATA whose data are BER-TLV by P1 (bits 5 and 4), beside the one of the card's own application. */
export const storeInteroperability = {
  id: 'storeInteroperability',
  name: 'STORE DATA: INTEROPERABILITY',
  clause: 'GlobalPlatform Card Specification 2.3.1, 11.11',
  summary:
    'Personalises the applications for software that knows nothing of this card, any number of times until ACTIVATE FILE. Without it they are not there.',
  cla: 0x80,
  ins: 0xe2,
  p1: { kind: 'constant', value: 0x10 },
  p2: { kind: 'range', name: 'block number', min: 0, max: 255 },
  data: { kind: 'template', template: LOG_IN_PERSONALISATION },
  response: { kind: 'none' },
  chaining: true,
  secureMessaging: 'scp03 C-DECRYPTION',
  access: 'always',
  states: ['initialisation'],
  effect: 'persistent',
  status: [
    { status: SW.incorrectData, reason: 'PIN or PUK is not 6 to 8 digits with FF behind them' },
    { status: SW.notEnoughMemory, reason: 'the certificate is longer than its file' },
  ],
} as const satisfies CommandSpec;

/** The same on the patient card, which may have the read-out too. */
export const storePatientInteroperability = {
  ...storeInteroperability,
  data: {
    kind: 'template',
    template: {
      ...LOG_IN_PERSONALISATION,
      readOut: optional(bytesObject(0x86, 'data of the cardholder', READ_OUT_BYTES)),
    },
  },
} as const satisfies CommandSpec;
