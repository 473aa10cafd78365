/** Opening a secure channel between a blank card and whoever holds the keys of its batch. */

import {
  type CardClient,
  PATIENT_APPLICATION,
  type Scp03LevelName,
  type SecureChannel,
} from '../../apdu/index.js';
import type { Result } from '../protocol/refusal.js';
import { answerOf } from './card-answer.js';

/** A session as the terminal sees it: it carries messages and learns no key. */
export interface PersonalisationSession extends SecureChannel {
  readonly hostChallenge: Uint8Array;
  /** Takes the card's answer to INITIALIZE UPDATE; what EXTERNAL AUTHENTICATE must carry. */
  authenticate(
    answer: Uint8Array,
  ): Promise<Result<{ readonly level: Scp03LevelName; readonly hostCryptogram: Uint8Array }>>;
}

/** The two commands before ACTIVATE FILE that every application declares alike. */
const { initializeUpdate, openSecureChannel } = PATIENT_APPLICATION.commands;

/** Afterwards commands go through `session`. */
export async function openPersonalisation(
  client: Pick<CardClient<typeof PATIENT_APPLICATION>, 'call' | 'callThrough'>,
  session: PersonalisationSession,
): Promise<Result<object>> {
  const request = { p1: 0, data: session.hostChallenge };
  const begun = answerOf(initializeUpdate, await client.call(initializeUpdate, request));
  if (!begun.ok) return begun;
  const proof = await session.authenticate(begun.data);
  if (!proof.ok) return proof;
  const { level, hostCryptogram } = proof;
  return answerOf(
    openSecureChannel,
    await client.callThrough(session, openSecureChannel, { p1: level, data: hostCryptogram }),
  );
}
