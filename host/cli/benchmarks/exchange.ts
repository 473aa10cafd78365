/** A terminal that stands beside the card: typed commands over `process`, without waiting for anything. */

import {
  type CommandApduFields,
  type CommandSpec,
  concatBytes,
  decodeData,
  encodeCommandApdu,
  encodeRequest,
  PATIENT_APPLICATION,
  parseInitializeUpdateAnswer,
  type RequestOf,
  type ResponseOf,
  SCP03_LEVELS,
  SW,
  TEST_CARD_BATCH,
} from '../../../apdu/index.js';
import type { Card } from '../../../applet/index.js';
import { deriveSessionKeys, diversifyKeys, Scp03Session } from '../../index.js';

const { commands } = PATIENT_APPLICATION;
const LEVEL = 'C-DECRYPTION, R-ENCRYPTION, C-MAC, R-MAC';
const CHAINING = 0x10;
const LINK_BYTES = 255;
const GET_RESPONSE = Uint8Array.of(0x00, 0xc0, 0x00, 0x00, 0x00);

/** The APDUs of a request: one, or a chain. */
export function apdusOf<const C extends CommandSpec>(spec: C, request: RequestOf<C>): Uint8Array[] {
  return linksOf(encodeRequest(spec, request));
}

/** The APDUs of a command whose data may be longer than one takes. */
export function linksOf({ cla, ins, p1, p2, data = new Uint8Array(0), le }: CommandApduFields): Uint8Array[] {
  const apdus: Uint8Array[] = [];
  let at = 0;
  for (; data.length - at > LINK_BYTES; at += LINK_BYTES) {
    const link = data.subarray(at, at + LINK_BYTES);
    apdus.push(encodeCommandApdu({ cla: cla | CHAINING, ins, p1, p2, data: link }));
  }
  apdus.push(encodeCommandApdu({ cla, ins, p1, p2, data: data.subarray(at), le }));
  return apdus;
}

/** Response data. @throws {Error} when the card answers anything but 9000 in the end. */
export function send(card: Card, apdus: readonly Uint8Array[]): Uint8Array {
  let data = new Uint8Array(0);
  for (const apdu of apdus) {
    let response = card.process(apdu);
    data = response.slice(0, -2);
    while (response.at(-2) === 0x61) {
      response = card.process(GET_RESPONSE);
      data = concatBytes(data, response.subarray(0, -2)) as typeof data;
    }
    if (response.at(-2) !== 0x90 || response.at(-1) !== 0x00) {
      const sw = Buffer.from(response.subarray(-2)).toString('hex');
      throw new Error(`INS ${apdu[1]!.toString(16)} is answered ${sw}`);
    }
  }
  return data;
}

/** The typed answer to a request. @throws {Error} unless it is 9000. */
export function call<const C extends CommandSpec>(card: Card, spec: C, request: RequestOf<C>): ResponseOf<C> {
  return decodeData(spec.response, send(card, apdusOf(spec, request))) as ResponseOf<C>;
}

/** SELECT by application identifier (hexadecimal), without an answer. */
export function selectApplication(card: Card, aid: string): void {
  send(card, [
    Uint8Array.from(Buffer.from(`00a4040c${(aid.length / 2).toString(16).padStart(2, '0')}${aid}`, 'hex')),
  ]);
}

/** Opens a secure channel to a blank card of the test batch, as its issuer would. */
export function openChannel(card: Card, hostChallenge: Uint8Array): Scp03Session {
  const answer = parseInitializeUpdateAnswer(
    call(card, commands.initializeUpdate, { p1: 0, data: hostChallenge }),
  );
  if (!answer) throw new Error('the answer to INITIALIZE UPDATE is not one of SCP03');
  const staticKeys = diversifyKeys(TEST_CARD_BATCH.masterKey, answer.diversificationData);
  const keys = deriveSessionKeys(staticKeys, hostChallenge, answer.cardChallenge);
  const session = new Scp03Session(keys, SCP03_LEVELS[LEVEL]);
  callThrough(card, session, commands.openSecureChannel, { p1: LEVEL, data: keys.hostCryptogram });
  return session;
}

/** As {@link call}, through a secure channel. @throws {Error} also for a wrong checksum of the answer. */
export function callThrough<const C extends CommandSpec>(
  card: Card,
  session: Scp03Session,
  spec: C,
  request: RequestOf<C>,
): ResponseOf<C> {
  const data = session.open({
    data: send(card, linksOf(session.protect(encodeRequest(spec, request)))),
    sw: SW.ok.sw,
  });
  if (!data) throw new Error(`${spec.name}: the protection of the answer is wrong`);
  return decodeData(spec.response, data) as ResponseOf<C>;
}
