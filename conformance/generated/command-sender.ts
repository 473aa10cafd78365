/** Sending one declared command with any parameters and data, the way its declaration protects it. */

import {
  acceptsParameter,
  type CommandSpec,
  type Parameter,
  type ResponseApdu,
  type StatusWord,
  SW,
  takesSession,
} from '../../apdu/index.js';
import { CheckFailure, checkStatus, statusText } from '../checks.js';
import type { TestCard } from '../test-card.js';

/** Parameters and data of a command. */
export type Sent = { readonly p1: number; readonly p2: number; readonly data: Uint8Array };

const BYTES: readonly number[] = Array.from({ length: 256 }, (_, value) => value);
const MAX_DATA = 65536;

/** The values that a parameter may have. */
export function acceptedValues(parameter: Parameter): readonly number[] {
  return BYTES.filter((value) => acceptsParameter(parameter, value));
}

/** All others. */
export function refusedValues(parameter: Parameter): readonly number[] {
  return BYTES.filter((value) => !acceptsParameter(parameter, value));
}

export function firstAccepted(parameter: Parameter): number {
  return BYTES.find((value) => acceptsParameter(parameter, value))!;
}

/** Sends a command as it is, or under the protection that it needs and that is open. */
export async function sendCommand(
  card: TestCard,
  command: CommandSpec,
  { p1, p2, data }: Sent,
): Promise<ResponseApdu> {
  if (command.secureMessaging === undefined) {
    const { cla, ins } = command;
    const fields = { cla, ins, p1, p2, data };
    return takesSession(command) ? card.transmitInSession(fields) : card.transmit(fields);
  }
  // the bytes are given, so that they may be other than what is declared
  const raw = {
    ...command,
    p1: { kind: 'constant', value: p1 },
    p2: { kind: 'constant', value: p2 },
    data: data.length === 0 ? { kind: 'none' } : { kind: 'bytes', name: 'data', min: 0, max: MAX_DATA },
  } as const satisfies CommandSpec;
  return card.command(raw as CommandSpec, { data } as never);
}

/**
 * Passes unless the answer is one of the refusals in `not`; a command that declares one of them for a
 * reason of its own may give it.
 */
export function checkNotRefused(
  command: CommandSpec,
  { data, sw }: ResponseApdu,
  ...not: readonly StatusWord[]
): void {
  const refusal = not.find((status) => (sw & status.mask) === status.sw);
  if (refusal && !command.status.some(({ status }) => status.sw === refusal.sw)) {
    throw new CheckFailure(`anything but ${statusText(refusal)}`, statusText(sw));
  }
  // nothing beside an error, whichever it is (ISO/IEC 7816-4:2020, 5.6)
  if (sw >= 0x6400 && sw < 0x7000) checkStatus({ data, sw }, sw);
}

/** What refuses a value of P1 or P2: for a command to files an offset or record may be wrong instead. */
export const PARAMETER_REFUSED: readonly StatusWord[] = [
  SW.incorrectP1P2,
  SW.wrongParameters,
  SW.functionNotSupported,
];
