/**
 * Typed client of one application on a card: a request of the declared type in, the declared
 * answer or a refusal with its reason out. It chains long data, fetches long answers, corrects Le,
 * and sends commands through a secure channel whose keys somebody else holds.
 */

import { fromHex, toHex } from '../bytes.js';
import type { CommandApduFields } from '../command-apdu.js';
import type { ResponseApdu } from '../response-apdu.js';
import { describeStatusWord, SW } from '../status-word.js';
import { TlvError } from '../tlv.js';
import { statusesOf } from './application.js';
import { CardAnswerError } from './card-answer-error.js';
import { exchange, type Transmit } from './exchange.js';
import { select } from './interindustry.js';
import { decodeData, encodeRequest, type RequestOf, type ResponseOf } from './request.js';
import type { ApplicationSpec, CommandSpec } from './specification.js';

/** How a call ended. A refusal is an expected outcome; a card that breaks the protocol throws. */
export type CallResult<C extends CommandSpec> =
  | {
      readonly status: 'ok';
      readonly sw: number;
      /** The status word in words. */
      readonly meaning: string;
      readonly data: ResponseOf<C>;
    }
  | {
      readonly status: 'refused';
      readonly sw: number;
      readonly meaning: string;
      /** What the status word means for this command, if its declaration says so. */
      readonly reason?: string;
    };

/** The request of a command; left out for a command that takes nothing. */
export type RequestArguments<C extends CommandSpec> =
  unknown extends RequestOf<C> ? [request?: object] : [request: RequestOf<C>];

/**
 * The host's end of protected messages: a secure channel SCP03, or a session between cards whose keys
 * another card holds. Keys and counters are its own.
 */
export interface SecureChannel {
  /** The protected form of a command. */
  protect(command: CommandApduFields): Promise<CommandApduFields>;
  /** The plain data and the status word of an answer, or `undefined` when its protection is wrong. */
  open(response: ResponseApdu): Promise<ResponseApdu | undefined>;
}

/** Calls of one application. Every method throws {@link CardAnswerError} for a card that breaks the protocol. */
export interface CardClient<A extends ApplicationSpec> {
  readonly application: A;
  /** Selects the application, by its identifier unless another one is given (hexadecimal). */
  select(aid?: string): Promise<CallResult<typeof select>>;
  /** @throws {RangeError} when the request is not what the declaration allows; nothing is sent then. */
  call<const C extends CommandSpec>(command: C, ...request: RequestArguments<C>): Promise<CallResult<C>>;
  /** As {@link call}, through a secure channel or a session. */
  callThrough<const C extends CommandSpec>(
    channel: SecureChannel,
    command: C,
    ...request: RequestArguments<C>
  ): Promise<CallResult<C>>;
}

/** A client of `application` over `transmit`, which carries one command APDU to the card and its answer back. */
export function cardClient<const A extends ApplicationSpec>(
  application: A,
  transmit: Transmit,
): CardClient<A> {
  const call = async <const C extends CommandSpec>(
    command: C,
    ...[request]: RequestArguments<C>
  ): Promise<CallResult<C>> => {
    const apdu = encodeRequest(command, (request ?? {}) as RequestOf<C>);
    const answer = await exchange(transmit, apdu, command.chaining === true);
    return resultOf(command, answer.sw, answer.data);
  };

  const callThrough = async <const C extends CommandSpec>(
    channel: SecureChannel,
    command: C,
    ...[request]: RequestArguments<C>
  ): Promise<CallResult<C>> => {
    const apdu = encodeRequest(command, (request ?? {}) as RequestOf<C>);
    // protection lengthens a command, so it may be a chain though the plain one is not
    const answer = await exchange(transmit, await channel.protect(apdu), true);
    // a card that refuses the command itself, or its protection, answers in the clear
    if (answer.data.length === 0 && !isSuccess(answer.sw)) return refusal(command, answer.sw);
    const opened = await channel.open(answer);
    if (!opened) {
      throw new CardAnswerError('checksum', `${command.name}: the protection of the response is wrong`);
    }
    return resultOf(command, opened.sw, opened.data);
  };

  return {
    application,
    call,
    callThrough,
    select: async (aid = application.aid) => {
      const apdu = encodeRequest(select, {
        p1: 'by application identifier',
        p2: 'nothing',
        data: fromHex(aid),
      });
      // nothing is wanted, so there is no Le (11.2.2)
      const answer = await exchange(transmit, { ...apdu, le: undefined }, false);
      return resultOf(select, answer.sw, answer.data);
    },
  };
}

/** 62xx is a success with a warning (5.6), as 6282: the file ended before Le, what there was is in the answer. */
function isSuccess(sw: number): boolean {
  return sw === SW.ok.sw || sw >> 8 === SW.endOfFile.sw >> 8;
}

function resultOf<C extends CommandSpec>(command: C, sw: number, bytes: Uint8Array): CallResult<C> {
  if (!isSuccess(sw)) return refusal(command, sw);
  try {
    const data = decodeData(command.response, bytes) as ResponseOf<C>;
    return { status: 'ok', sw, meaning: describeStatusWord(sw), data };
  } catch (error) {
    if (!(error instanceof TlvError)) throw error;
    throw new CardAnswerError('not as declared', `${command.name}: ${error.message}`, { cause: error });
  }
}

function refusal(
  command: CommandSpec,
  sw: number,
): { status: 'refused'; sw: number; meaning: string; reason?: string } {
  const declared = statusesOf(command).find(({ status }) => (sw & status.mask) === status.sw);
  const meaning = describeStatusWord(sw);
  return { status: 'refused', sw, meaning, ...(declared ? { reason: declared.reason } : {}) };
}

/** One sentence for a refusal: "VERIFY refused with 63C2: verification failed, 2 tries left (wrong PIN …)". */
export function describeRefusal(
  command: CommandSpec,
  refused: { readonly sw: number; readonly meaning: string; readonly reason?: string },
): string {
  const code = toHex(Uint8Array.of(refused.sw >> 8, refused.sw & 0xff)).toUpperCase();
  const reason = refused.reason === undefined ? '' : ` (${refused.reason})`;
  return `${command.name} refused with ${code}: ${refused.meaning}${reason}`;
}
