/** One command to a card and its whole answer: chaining, GET RESPONSE and the right length (ISO/IEC 7816-4:2020, 5.3). */

import { concatBytes } from '../bytes.js';
import { type CommandApduFields, encodeCommandApdu } from '../command-apdu.js';
import { parseResponseApdu, type ResponseApdu } from '../response-apdu.js';
import { SW } from '../status-word.js';
import { CardAnswerError } from './card-answer-error.js';
import { CHAINING_CLASS_BIT } from './class-byte.js';
import { getResponse } from './interindustry.js';

/** Carries the bytes of one command APDU to a card and the bytes of its response back. */
export type Transmit = (command: Uint8Array) => Promise<Uint8Array>;

/** Data bytes of one link of a chain. */
const LINK_BYTES = 255;
/** An answer ends after this many bytes, as an extended one would. */
const MAX_ANSWER_BYTES = 65536;
const NO_DATA = new Uint8Array(0);

/**
 * Sends `apdu`, in links when `chaining` is permitted and needed, and gives its whole answer.
 * @throws {CardAnswerError} `mute` or `endless`; faults of `transmit` pass through.
 */
export async function exchange(
  transmit: Transmit,
  apdu: CommandApduFields,
  chaining: boolean,
): Promise<ResponseApdu> {
  const first = await sendLinks(transmit, apdu, chaining);
  // 6Cxx: not executed, the same command once more with the length that fits (5.3.4); where none was asked for, an answer
  const lengthToMend = apdu.le !== undefined || (apdu.data ?? NO_DATA).length === 0;
  const response =
    first.sw >> 8 === 0x6c && first.data.length === 0 && lengthToMend
      ? await sendLinks(transmit, { ...apdu, le: first.sw & 0xff || 256 }, chaining)
      : first;
  return fetchRest(transmit, response, classOfGetResponse(apdu.cla));
}

async function sendLinks(
  transmit: Transmit,
  apdu: CommandApduFields,
  chaining: boolean,
): Promise<ResponseApdu> {
  const data = apdu.data ?? NO_DATA;
  let sent = 0;
  while (chaining && data.length - sent > LINK_BYTES) {
    const { ins, p1, p2 } = apdu;
    const link = {
      cla: apdu.cla | CHAINING_CLASS_BIT,
      ins,
      p1,
      p2,
      data: data.subarray(sent, sent + LINK_BYTES),
    };
    const response = await send(transmit, link);
    if (response.sw !== SW.ok.sw) return response;
    sent += LINK_BYTES;
  }
  return send(transmit, { ...apdu, data: data.subarray(sent) });
}

async function fetchRest(transmit: Transmit, first: ResponseApdu, cla: number): Promise<ResponseApdu> {
  const parts = [first.data];
  let length = first.data.length;
  let { sw } = first;
  while (sw >> 8 === 0x61) {
    let response = await sendGetResponse(transmit, cla, sw & 0xff || 256);
    if (response.sw >> 8 === 0x6c) response = await sendGetResponse(transmit, cla, response.sw & 0xff || 256);
    length += response.data.length;
    // 61xx with nothing in it would go on for ever
    if ((response.data.length === 0 && response.sw >> 8 === 0x61) || length > MAX_ANSWER_BYTES) {
      throw new CardAnswerError('endless', `the answer has no end after ${length} bytes`);
    }
    parts.push(response.data);
    sw = response.sw;
  }
  return { data: concatBytes(...parts), sw };
}

/** The logical channel of the command, without chaining and secure messaging (5.4.1). */
function classOfGetResponse(cla: number): number {
  return (cla & 0xc0) === 0x40 ? 0x40 | (cla & 0x0f) : getResponse.cla | (cla & 0x03);
}

function sendGetResponse(transmit: Transmit, cla: number, le: number): Promise<ResponseApdu> {
  return send(transmit, { cla, ins: getResponse.ins, p1: 0, p2: 0, le });
}

async function send(transmit: Transmit, apdu: CommandApduFields): Promise<ResponseApdu> {
  const response = parseResponseApdu(await transmit(encodeCommandApdu(apdu)));
  if (!response) throw new CardAnswerError('mute', 'the card gave no status word');
  return response;
}
