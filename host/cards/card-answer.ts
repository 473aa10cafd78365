/** Card answers as results of the protocol: the data, or a refusal that quotes the command. */

import {
  type CallResult,
  type CommandSpec,
  describeRefusal,
  PATIENT_APPLICATION,
  type ResponseOf,
  SW,
  utf8ToBytes,
} from '../../apdu/index.js';
import { type Refusal, type Result, refusal } from '../protocol/refusal.js';

/** A PIN as the card takes it, or the refusal of one that no card would take; no try is spent on it. */
export function pinBytes(pin: string): Result<{ readonly data: Uint8Array }> {
  const { minLength, maxLength } = PATIENT_APPLICATION.pins.holder;
  const data = utf8ToBytes(pin);
  const fits = data.length >= minLength && data.length <= maxLength;
  return fits ? { ok: true, data } : refusal('wrong-pin', `it has ${minLength} to ${maxLength} digits`);
}

/** Carries a refusal out of a callback that can answer only success. */
export class RefusedByCard extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.reason);
    this.name = 'RefusedByCard';
  }
}

export function answerOf<const C extends CommandSpec>(
  command: C,
  result: CallResult<C>,
): Result<{ readonly data: ResponseOf<C> }> {
  if (result.status === 'ok') return { ok: true, data: result.data };
  const detail = describeRefusal(command, result);
  if (result.sw === SW.authenticationMethodBlocked.sw) return refusal('pin-blocked', detail);
  if ((result.sw & SW.counter.mask) === SW.counter.sw) return refusal('wrong-pin', detail);
  return refusal('card-refused', detail);
}
