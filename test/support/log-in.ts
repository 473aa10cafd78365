/** The log-in key and the read-out on a card of a test, and what the test knows of them. */

import {
  LOG_IN_CERTIFICATE_PART_BYTES,
  PATIENT_APPLICATION,
  PROFESSIONAL_APPLICATION,
  READ_OUT_BYTES,
} from '../../apdu/index.js';
import { LogInAuthority, type LogInIssue, paddedPin, seededRng } from '../../host/index.js';
import type { TestSecureChannel } from './secure-channel.js';
import { TODAY } from './test-authority.js';
import type { Transmit } from './transmit.js';

export const LOG_IN_PIN = paddedPin('4071963')!;
export const WRONG_LOG_IN_PIN = paddedPin('4071964')!;
export const LOG_IN_PUK = paddedPin('92835017')!;
/** No reader's business what stands there; the card does not look into it. */
export const READ_OUT = Uint8Array.from({ length: READ_OUT_BYTES }, (_, i) => 0x30 + (i % 10));

/** The authority of the tests. */
export const LOG_IN_AUTHORITY = new LogInAuthority(seededRng(11, 'log-in authority'));

const { generateKeyPair, storeInteroperability } = PROFESSIONAL_APPLICATION.commands;

/** Before ACTIVATE FILE: makes the key and stores all that belongs to it. */
export function giveLogIn(
  transmit: Transmit,
  channel: TestSecureChannel,
): LogInIssue & { readonly key: Uint8Array } {
  const key = channel.call(transmit, generateKeyPair, { p2: 'log-in' }).publicPoint;
  const issue = LOG_IN_AUTHORITY.certify(key, TODAY);
  const { identifier, expiry, certificate } = issue;
  channel.call(transmit, storeInteroperability, {
    p2: 0,
    data: { identifier, expiry, pin: LOG_IN_PIN, puk: LOG_IN_PUK },
  });
  for (let at = 0; at < certificate.length; at += LOG_IN_CERTIFICATE_PART_BYTES) {
    const part = certificate.slice(at, at + LOG_IN_CERTIFICATE_PART_BYTES);
    const data = at === 0 ? { certificate: part } : { certificateRest: part };
    channel.call(transmit, storeInteroperability, { p2: 1, data });
  }
  return { ...issue, key };
}

/** On a patient card, before ACTIVATE FILE. */
export function giveReadOut(transmit: Transmit, channel: TestSecureChannel): void {
  channel.call(transmit, PATIENT_APPLICATION.commands.storeInteroperability, {
    p2: 2,
    data: { readOut: READ_OUT },
  });
}
