/** The log-in key of a card, before ACTIVATE FILE: made on the card, certified by a hospital, an option all along. */

import {
  type CardClient,
  LOG_IN_CERTIFICATE_PART_BYTES,
  LOG_IN_PIN_BYTES,
  LOG_IN_PIN_DIGITS,
  PROFESSIONAL_APPLICATION,
  utf8ToBytes,
} from '../../apdu/index.js';
import type { LogInIssue } from '../authority/log-in-authority.js';
import { type Result, refusal } from '../protocol/refusal.js';
import { answerOf } from './card-answer.js';
import type { CardPins } from './patient-card.js';

/** The two commands that both kinds of card declare alike. */
const { generateKeyPair, storeInteroperability } = PROFESSIONAL_APPLICATION.commands;

/** Commands of personalisation, in their secure channel. */
type Channel = Pick<CardClient<typeof PROFESSIONAL_APPLICATION>, 'call'>;

/**
 * @param certify given the compressed point of the card's key
 * @returns `absent` when the card has no room for the option, or none of the option at all: it goes on without
 */
export async function personaliseLogIn(
  channel: Channel,
  pins: CardPins,
  certify: (publicKey: Uint8Array) => LogInIssue,
): Promise<Result<{ readonly absent?: string }>> {
  const values = { pin: paddedPin(pins.pin), puk: paddedPin(pins.puk) };
  if (!values.pin || !values.puk)
    return refusal(
      'wrong-pin',
      `a log-in PIN has ${LOG_IN_PIN_DIGITS.min} to ${LOG_IN_PIN_DIGITS.max} digits`,
    );
  const made = answerOf(generateKeyPair, await channel.call(generateKeyPair, { p2: 'log-in' }));
  if (!made.ok) return { ok: true, absent: made.reason };
  const { identifier, expiry, certificate } = certify(made.data.publicPoint);
  const first = certificate.slice(0, LOG_IN_CERTIFICATE_PART_BYTES);
  const blocks = [
    { identifier, expiry, pin: values.pin, puk: values.puk },
    { certificate: first },
    ...partsOf(certificate.slice(first.length)).map((certificateRest) => ({ certificateRest })),
  ];
  for (const [p2, data] of blocks.entries()) {
    const stored = answerOf(storeInteroperability, await channel.call(storeInteroperability, { p2, data }));
    if (!stored.ok) return stored;
  }
  return { ok: true };
}

function partsOf(bytes: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += LOG_IN_CERTIFICATE_PART_BYTES) {
    parts.push(bytes.slice(at, at + LOG_IN_CERTIFICATE_PART_BYTES));
  }
  return parts;
}

/** Digits with FF behind them (SP 800-73-4 part 2, 2.4.3); `undefined` for what no card would take. */
export function paddedPin(digits: string): Uint8Array | undefined {
  if (!/^\d+$/.test(digits)) return undefined;
  if (digits.length < LOG_IN_PIN_DIGITS.min || digits.length > LOG_IN_PIN_DIGITS.max) return undefined;
  const padded = new Uint8Array(LOG_IN_PIN_BYTES).fill(0xff);
  padded.set(utf8ToBytes(digits));
  return padded;
}
