/**
 * Trace decoder: follows the exchanges of one card and says what they were. It merges the links
 * of a chain, joins GET RESPONSE to the command whose answer it fetches, unwraps secure messaging,
 * and never shows what the specification calls secret.
 */

import { concatBytes, toHex } from '../bytes.js';
import { type CommandApdu, parseCommandApdu } from '../command-apdu.js';
import { parseResponseApdu } from '../response-apdu.js';
import { describeStatusWord } from '../status-word.js';
import { ALL_APPLICATIONS, statusesOf } from './application.js';
import { CardView } from './card-view.js';
import { splitClassByte } from './class-byte.js';
import type { DecodedObject } from './decoded-object.js';
import { decodeRequest, decodeResponse } from './exchange-data.js';
import { meaningOf } from './request.js';
import type { ApplicationSpec, CommandSpec, Parameter } from './specification.js';

/** P1 or P2 with what it means. */
export type DecodedParameter = {
  readonly name?: string;
  readonly value: number;
  readonly meaning?: string;
};

/** One command with all its parts on the wire, and its answer. */
export type DecodedExchange = {
  /** Name of the command, or what is known of it. */
  readonly name: string;
  /** Identifier of the command in its application; absent for an unknown one. */
  readonly id?: string;
  readonly clause?: string;
  /** Identifier of the application that was selected when the command came. */
  readonly application?: string;
  /** CLA INS P1 P2 of the last link, hexadecimal. */
  readonly header: string;
  readonly p1?: DecodedParameter;
  readonly p2?: DecodedParameter;
  /** Whether the command came under secure messaging. */
  readonly protected: boolean;
  /** Command APDUs that it took: links of a chain, and GET RESPONSE. */
  readonly apdus: number;
  readonly request: readonly DecodedObject[];
  readonly response: readonly DecodedObject[];
  /** Status word, inside secure messaging if there was any; absent when the card gave no answer. */
  readonly sw?: number;
  readonly meaning: string;
  /** What the status word means for this command. */
  readonly reason?: string;
  /** What is wrong with the exchange beyond its status word. */
  readonly note?: string;
  /** Bytes of all command APDUs, into the card. */
  readonly bytesIn: number;
  /** Bytes of all response APDUs, out of the card. */
  readonly bytesOut: number;
};

/** An exchange whose last link or last part of the answer is still to come. */
type Pending = {
  readonly last: CommandApdu;
  readonly data: Uint8Array;
  readonly answer: Uint8Array;
  readonly sw: number | undefined;
  readonly apdus: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly waitsFor: 'link' | 'response' | 'nothing';
};

const NO_BYTES = new Uint8Array(0);
const GET_RESPONSE = 0xc0;

/** Decoder for the exchanges of one card, in the order in which they happened. */
export type TraceDecoder = {
  /** Takes one command and its response; gives the exchanges that are now complete, oldest first. */
  readonly feed: (command: Uint8Array, response: Uint8Array) => readonly DecodedExchange[];
  /** Gives the exchange that was still incomplete, if any: at the end of a trace. */
  readonly flush: () => readonly DecodedExchange[];
  /** As {@link flush}, and forgets the selection: at a reset of the card. */
  readonly reset: () => readonly DecodedExchange[];
};

/** A decoder that knows the given applications. Before a selection it knows the interindustry commands only. */
export function traceDecoder(applications: readonly ApplicationSpec[] = ALL_APPLICATIONS): TraceDecoder {
  const card = new CardView(applications);
  let pending: Pending | undefined;

  const flush = () => {
    if (!pending) return [];
    const note =
      pending.waitsFor === 'link'
        ? 'the chain was not completed'
        : pending.waitsFor === 'response'
          ? 'the rest of the response was not fetched'
          : undefined;
    const exchange = decode(card, pending, note);
    pending = undefined;
    return [exchange];
  };

  const feed = (command: Uint8Array, response: Uint8Array) => {
    const apdu = parseCommandApdu(command);
    if ('fault' in apdu) {
      return [...flush(), malformed(card, command, apdu.fault, response)];
    }
    const done = pending && continues(pending, apdu) ? [] : flush();
    pending = join(pending, apdu, command.length, response);
    return pending.waitsFor === 'nothing' ? [...done, ...flush()] : done;
  };

  return {
    feed,
    flush,
    reset: () => {
      const done = flush();
      card.reset();
      return done;
    },
  };
}

/** Decodes a whole trace of one card. */
export function decodeTrace(
  trace: Iterable<{ readonly command: Uint8Array; readonly response: Uint8Array }>,
  applications: readonly ApplicationSpec[] = ALL_APPLICATIONS,
): DecodedExchange[] {
  const decoder = traceDecoder(applications);
  const exchanges: DecodedExchange[] = [];
  for (const { command, response } of trace) exchanges.push(...decoder.feed(command, response));
  exchanges.push(...decoder.flush());
  return exchanges;
}

function continues(pending: Pending, next: CommandApdu): boolean {
  if (pending.waitsFor === 'response') {
    return next.ins === GET_RESPONSE && splitClassByte(next.cla).base === 0;
  }
  const { last } = pending;
  return (
    pending.waitsFor === 'link' &&
    (last.cla & ~0x10) === (next.cla & ~0x10) &&
    last.ins === next.ins &&
    last.p1 === next.p1 &&
    last.p2 === next.p2
  );
}

function join(
  before: Pending | undefined,
  apdu: CommandApdu,
  bytesIn: number,
  responseBytes: Uint8Array,
): Pending {
  const response = parseResponseApdu(responseBytes);
  const fetches = before?.waitsFor === 'response';
  const more = response !== undefined && response.sw >> 8 === 0x61;
  // 6Cxx to GET RESPONSE: nothing was fetched yet, the right length follows
  const retries = fetches && response !== undefined && response.sw >> 8 === 0x6c;
  const links = !fetches && splitClassByte(apdu.cla).chained && response?.sw === 0x9000;
  return {
    last: fetches ? before.last : apdu,
    data: fetches ? before.data : concatBytes(before?.data ?? NO_BYTES, apdu.data),
    answer: concatBytes(before?.answer ?? NO_BYTES, response?.data ?? NO_BYTES),
    sw: response?.sw,
    apdus: (before?.apdus ?? 0) + 1,
    bytesIn: (before?.bytesIn ?? 0) + bytesIn,
    bytesOut: (before?.bytesOut ?? 0) + responseBytes.length,
    waitsFor: links ? 'link' : more || retries ? 'response' : 'nothing',
  };
}

function decode(card: CardView, exchange: Pending, note: string | undefined): DecodedExchange {
  const { last, apdus, bytesIn, bytesOut } = exchange;
  card.useChannelOf(last.cla);
  const found = card.commandOf(last);
  const request = decodeRequest(card, found, last, exchange.data);
  const response = decodeResponse(found, card.fileOf(last), last.cla, exchange.answer, exchange.sw);
  const application = card.application?.id;
  card.follow(last, request.plain, response.sw);
  const { command } = found;
  return {
    name: found.name,
    ...(command ? { id: command.id, clause: command.clause } : {}),
    ...(application === undefined ? {} : { application }),
    header: toHex(Uint8Array.of(last.cla, last.ins, last.p1, last.p2)),
    ...(command && command.p1.kind !== 'constant' ? { p1: decodeParameter(command.p1, last.p1) } : {}),
    ...(command && command.p2.kind !== 'constant' ? { p2: decodeParameter(command.p2, last.p2) } : {}),
    protected: request.protected,
    apdus,
    request: request.objects,
    response: response.objects,
    ...statusOf(command, response.sw, card.application),
    ...(note === undefined ? {} : { note }),
    bytesIn,
    bytesOut,
  };
}

function malformed(
  card: CardView,
  command: Uint8Array,
  fault: string,
  responseBytes: Uint8Array,
): DecodedExchange {
  const response = parseResponseApdu(responseBytes);
  return {
    name: 'no command APDU',
    header: toHex(command.subarray(0, 4)),
    protected: false,
    apdus: 1,
    request: [card.maskUnknown(command, fault)],
    response: response && response.data.length > 0 ? [{ name: 'data', length: response.data.length }] : [],
    ...statusOf(undefined, response?.sw),
    note: fault,
    bytesIn: command.length,
    bytesOut: responseBytes.length,
  };
}

function decodeParameter(
  parameter: Exclude<Parameter, { kind: 'constant' }>,
  value: number,
): DecodedParameter {
  const { name } = parameter;
  switch (parameter.kind) {
    case 'enum': {
      const meaning = meaningOf(parameter.values, value);
      return { name, value, ...(meaning === undefined ? {} : { meaning }) };
    }
    case 'range':
      return { name, value };
    case 'short-file': {
      const mode = parameter.modes && meaningOf(parameter.modes, value & 0x07);
      return { name, value, meaning: mode === undefined ? String(value >> 3) : `${value >> 3}, ${mode}` };
    }
  }
}

function statusOf(
  command: CommandSpec | undefined,
  sw: number | undefined,
  application?: ApplicationSpec,
): { readonly sw?: number; readonly meaning: string; readonly reason?: string } {
  if (sw === undefined) return { meaning: 'no answer' };
  const meaning = describeStatusWord(sw);
  const status =
    command && sw !== 0x9000
      ? statusesOf(command, application).find((s) => (sw & s.status.mask) === s.status.sw)
      : undefined;
  return { sw, meaning, ...(status ? { reason: status.reason } : {}) };
}
