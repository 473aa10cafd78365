/** The commands that open a secure channel SCP03 for personalisation; both applications have them. */

import { INITIALIZE_UPDATE_BYTES } from '../scp03/initialize-update.js';
import { SCP03_LEVELS } from '../scp03/security-level.js';
import { SW } from '../status-word.js';
import type { CommandSpec } from './specification.js';

export const initializeUpdate = {
  id: 'initializeUpdate',
  name: 'INITIALIZE UPDATE',
  clause: 'GlobalPlatform Card Specification, Amendment D v1.1.2, 7.1.1',
  summary:
    'Begins a secure channel: the card answers its diversification data, its challenge and its cryptogram. Only before ACTIVATE FILE, for the answer tells one card from another.',
  cla: 0x80,
  ins: 0x50,
  p1: { kind: 'range', name: 'key version number, 0 for the one there is', min: 0, max: 0x7f },
  p2: { kind: 'constant', value: 0x00 },
  data: { kind: 'bytes', name: 'host challenge', min: 8, max: 8 },
  response: {
    kind: 'bytes',
    name: 'key data, card challenge and card cryptogram',
    ...INITIALIZE_UPDATE_BYTES,
  },
  access: 'always',
  states: ['initialisation'],
  effect: 'persistent',
  status: [
    { status: SW.referenceDataNotFound, reason: 'the card has no keys, or none of this version' },
    { status: SW.conditionsNotSatisfied, reason: 'the sequence counter is used up' },
  ],
  examples: [{ title: 'any key version', command: '8050000008010203040506070800' }],
} as const satisfies CommandSpec;

export const openSecureChannel = {
  id: 'openSecureChannel',
  name: 'EXTERNAL AUTHENTICATE',
  clause: 'GlobalPlatform Card Specification, Amendment D v1.1.2, 7.1.2',
  summary: "Checks the host's cryptogram and opens the secure channel with the security level of P1.",
  cla: 0x80,
  ins: 0x82,
  p1: { kind: 'enum', name: 'security level', values: SCP03_LEVELS },
  p2: { kind: 'constant', value: 0x00 },
  data: { kind: 'bytes', name: 'host cryptogram', min: 8, max: 8 },
  response: { kind: 'none' },
  secureMessaging: 'scp03 authentication',
  access: 'always',
  states: ['initialisation'],
  effect: 'session',
  status: [
    { status: SW.authenticationFailed, reason: "the host's cryptogram is wrong" },
    { status: SW.securityStatusNotSatisfied, reason: 'the C-MAC is wrong or missing; the channel is closed' },
    { status: SW.conditionsNotSatisfied, reason: 'INITIALIZE UPDATE did not come before' },
    { status: SW.incorrectP1P2, reason: 'the implementation "i" of this card does not offer the level' },
  ],
} as const satisfies CommandSpec;
