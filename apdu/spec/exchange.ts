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
  // 6Cxx: not executed, the same command once more with the length that fits (5.3.4)
  const response =
    first.sw >> 8 === 0x6c
      ? await sendLinks(transmit, { ...apdu, le: first.sw & 0xff || 256 }, chaining)
      : first;
  return fetchRest(transmit, response);
}

async function sendLinks(
  transmit: Transmit,
  apdu: CommandApduFields,
  chaining: boolean,
): Promise<ResponseApdu> {
  const data = apdu.data ?? new Uint8Array(0);
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

async function fetchRest(transmit: Transmit, first: ResponseApdu): Promise<ResponseApdu> {
  const parts = [first.data];
  let length = first.data.length;
  let { sw } = first;
  while (sw >> 8 === 0x61) {
    let response = await sendGetResponse(transmit, sw & 0xff || 256);
    if (response.sw >> 8 === 0x6c) response = await sendGetResponse(transmit, response.sw & 0xff || 256);
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

function sendGetResponse(transmit: Transmit, le: number): Promise<ResponseApdu> {
  return send(transmit, { cla: getResponse.cla, ins: getResponse.ins, p1: 0, p2: 0, le });
}

async function send(transmit: Transmit, apdu: CommandApduFields): Promise<ResponseApdu> {
  const response = parseResponseApdu(await transmit(encodeCommandApdu(apdu)));
  if (!response) throw new CardAnswerError('mute', 'the card gave no status word');
  return response;
}
