/** Requests of the specification as APDUs on the wire, and what a card answers to them. */

import {
  type CommandApduFields,
  type CommandSpec,
  concatBytes,
  decodeData,
  encodeCommandApdu,
  encodeRequest,
  parseResponseApdu,
  type RequestOf,
  type ResponseApdu,
  type ResponseOf,
} from '../../apdu/index.js';

/** One command in, one response out; no bytes from a card without power. */
export type Transmit = (command: Uint8Array) => Uint8Array;

/** Whoever holds the session keys. */
export interface CommandProtector {
  /** The data field of the next protected command. */
  protect(header: Uint8Array, plain: Uint8Array, le: number | undefined): Uint8Array;
  /** Data and status word of a protected answer. @throws {Error} when its protection is wrong. */
  open(data: Uint8Array): ResponseApdu;
}

const CHAINING = 0x10;
const PROTECTED = 0x0c;
const LINK_BYTES = 255;

/** The APDUs of a request: one, or a chain; under secure messaging where `protector` is given. */
export function apdusOf<const C extends CommandSpec>(
  spec: C,
  request: RequestOf<C>,
  protector?: CommandProtector,
): Uint8Array[] {
  const plain = encodeRequest(spec, request);
  const cla = protector ? plain.cla | PROTECTED : plain.cla;
  const { ins, p1, p2 } = plain;
  const body = plain.data ?? new Uint8Array(0);
  const data = protector ? protector.protect(Uint8Array.of(cla, ins, p1, p2), body, plain.le) : body;
  const le = protector ? 256 : plain.le;
  return linksOf({ ...plain, cla, data, le });
}

/** The APDUs of a command whose data may be longer than one takes. */
export function linksOf({ cla, ins, p1, p2, data = new Uint8Array(0), le }: CommandApduFields): Uint8Array[] {
  const apdus: Uint8Array[] = [];
  let at = 0;
  for (; data.length - at > LINK_BYTES; at += LINK_BYTES) {
    const link = data.slice(at, at + LINK_BYTES);
    apdus.push(encodeCommandApdu({ cla: cla | CHAINING, ins, p1, p2, data: link }));
  }
  apdus.push(encodeCommandApdu({ cla, ins, p1, p2, data: data.slice(at), le }));
  return apdus;
}

const GET_RESPONSE = Uint8Array.of(0x00, 0xc0, 0x00, 0x00, 0x00);

/** Sends APDUs until one is not answered 9000, fetching what waits. `sw` is 0 when the card is mute. */
export function exchange(transmit: Transmit, apdus: readonly Uint8Array[]): ResponseApdu {
  let answer: ResponseApdu = { data: new Uint8Array(0), sw: 0 };
  for (const apdu of apdus) {
    answer = parseResponseApdu(transmit(apdu)) ?? { data: new Uint8Array(0), sw: 0 };
    while (answer.sw >> 8 === 0x61) {
      const more = parseResponseApdu(transmit(GET_RESPONSE))!;
      answer = { data: concatBytes(answer.data, more.data), sw: more.sw };
    }
    if (answer.sw !== 0x9000) break;
  }
  return answer;
}

/** Sends a request; of a protected one the answer inside, unless it was refused in the clear. */
export function ask<const C extends CommandSpec>(
  transmit: Transmit,
  spec: C,
  request: RequestOf<C>,
  protector?: CommandProtector,
): ResponseApdu {
  const answer = exchange(transmit, apdusOf(spec, request, protector));
  return protector && answer.sw === 0x9000 ? protector.open(answer.data) : answer;
}

/** Status word of a request. */
export function statusOf<const C extends CommandSpec>(
  transmit: Transmit,
  spec: C,
  request: RequestOf<C>,
  protector?: CommandProtector,
): number {
  return ask(transmit, spec, request, protector).sw;
}

/** The typed answer to a request. @throws {Error} unless it is 9000. */
export function call<const C extends CommandSpec>(
  transmit: Transmit,
  spec: C,
  request: RequestOf<C>,
  protector?: CommandProtector,
): ResponseOf<C> {
  const { data, sw } = ask(transmit, spec, request, protector);
  if (sw !== 0x9000) throw new Error(`${spec.name}: ${sw.toString(16)}`);
  return decodeData(spec.response, data) as ResponseOf<C>;
}

/** SELECT of an application by its identifier. */
export function selectApplication(transmit: Transmit, aid: string): number {
  return exchange(transmit, [
    Uint8Array.from(Buffer.from(`00a4040c${(aid.length / 2).toString(16).padStart(2, '0')}${aid}`, 'hex')),
  ]).sw;
}
