/** Secure messaging that is absent or tampered with. */

import {
  type CommandSpec,
  type LifeCycle,
  type StatusWord,
  SW,
  sampleData,
  secureMessagingIn,
  takesSession,
} from '../../apdu/index.js';
import { checkStatus } from '../checks.js';
import type { TestCard } from '../test-card.js';
import type { Bench } from './bench.js';
import { firstAccepted } from './command-sender.js';
import { type Plan, usualProofs, usualState } from './maker.js';

/** Which of these a card gives is not for the standard to say: it misses protection, or a right. */
const UNPROTECTED: readonly StatusWord[] = [
  SW.securityStatusNotSatisfied,
  SW.secureMessagingMissing,
  SW.conditionsNotSatisfied,
];
const TAMPERED: readonly StatusWord[] = [...UNPROTECTED, SW.secureMessagingIncorrect];
const CHANNEL_CLAUSE = 'GlobalPlatform Card Specification, Amendment D v1.1.2, 6.2.4';
const SESSION_CLAUSE = 'ISO/IEC 7816-4:2020, 10.3; 5.6 (6987, 6988)';

export function protectionPlans(bench: Bench, command: CommandSpec): readonly Plan[] {
  const state = usualState(bench, command);
  if (secureMessagingIn(command, state) !== undefined) return channelPlans(command, state);
  const proofs = usualProofs(bench, command, state);
  return takesSession(command) && proofs.some((proof) => 'role' in proof) ? sessionPlans(command) : [];
}

function fieldsOf(command: CommandSpec) {
  const { cla, ins } = command;
  const data = sampleData(command.data);
  return { cla, ins, p1: firstAccepted(command.p1), p2: firstAccepted(command.p2), data };
}

function channelPlans(command: CommandSpec, state: LifeCycle): readonly Plan[] {
  const plans: Plan[] = [
    {
      name: 'in-the-clear',
      title: 'refused without the secure channel',
      clause: `${command.clause}; ${CHANNEL_CLAUSE}`,
      state,
      async run(card) {
        checkStatus(await card.transmit(fieldsOf(command)), ...UNPROTECTED, SW.classNotSupported);
      },
    },
  ];
  // the command that opens the channel is the first in it
  if (command.secureMessaging === 'scp03 authentication') return plans;
  return [
    ...plans,
    {
      name: 'tampered',
      title: 'refused in the secure channel with a checksum that is wrong in one bit',
      clause: `${command.clause}; ${CHANNEL_CLAUSE}`,
      state,
      async run(card) {
        checkStatus(await card.transmit(await tamperedInChannel(card, command)), ...TAMPERED);
      },
    },
  ];
}

async function tamperedInChannel(card: TestCard, command: CommandSpec) {
  const { p1, p2, data } = fieldsOf(command);
  const raw = {
    ...command,
    p1: { kind: 'constant', value: p1 },
    p2: { kind: 'constant', value: p2 },
    data: data.length === 0 ? { kind: 'none' } : { kind: 'bytes', name: 'data', min: 0, max: data.length },
  } as const satisfies CommandSpec;
  const fields = await card.protect(raw as CommandSpec, { data } as never);
  return { ...fields, data: flipped(fields.data ?? new Uint8Array(0)) };
}

function flipped(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  if (copy.length > 0) copy[copy.length - 1]! ^= 0x01;
  return copy;
}

function sessionPlans(command: CommandSpec): readonly Plan[] {
  const clause = `${command.clause}; ${SESSION_CLAUSE}`;
  return [
    {
      name: 'in-the-clear',
      title: 'refused beside the session in which the role counts',
      clause,
      async run(card) {
        checkStatus(await card.transmit(fieldsOf(command)), ...UNPROTECTED);
      },
    },
    {
      name: 'tampered',
      title: 'refused in the session with a checksum that is wrong in one bit',
      clause,
      async run(card) {
        const fields = card.protectedFields(fieldsOf(command));
        checkStatus(await card.transmit({ ...fields, data: flipped(fields.data!) }), ...TAMPERED);
      },
    },
  ];
}
