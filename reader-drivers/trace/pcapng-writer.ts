/** Traces as a capture file that Wireshark decodes without settings (pcapng, draft-ietf-opsawg-pcapng, clause 4). */

import { concatBytes, utf8ToBytes } from '../../apdu/index.js';
import { BLOCK, BYTE_ORDER_MAGIC, OPTION } from './pcapng-numbers.js';
import type { TracePacket } from './trace-packet.js';
import { encodeUpperPdu, padded, UPPER_PDU } from './upper-pdu.js';

/** The whole file of a trace. */
export function encodePcapng(packets: Iterable<TracePacket>, comment?: string): Uint8Array {
  const writer = new PcapngWriter(comment);
  return concatBytes(writer.start(), ...Array.from(packets, (packet) => writer.packet(packet)));
}

/** Makes a capture file piece by piece: {@link start} first, then each packet; the file is complete after any of them. */
export class PcapngWriter {
  readonly #comment: string | undefined;
  /** Cards seen so far; the place is the number of the interface. */
  readonly #cards: string[] = [];

  /** `comment` stands at the head of the file for whoever opens it. */
  constructor(comment?: string) {
    this.#comment = comment;
  }

  start(): Uint8Array {
    const fixed = new Uint8Array(16);
    const view = new DataView(fixed.buffer);
    view.setUint32(0, BYTE_ORDER_MAGIC, true);
    view.setUint16(4, 1, true); // version 1.0
    view.setBigInt64(8, -1n, true); // length of the section: not said, it grows
    return block(BLOCK.section, fixed, [
      ...(this.#comment === undefined ? [] : [option(OPTION.comment, this.#comment)]),
      option(OPTION.application, 'imis'),
    ]);
  }

  /** One packet; the first of a card brings the description of its interface along. */
  packet(packet: TracePacket): Uint8Array {
    const known = this.#cards.indexOf(packet.card);
    const number = known < 0 ? this.#cards.push(packet.card) - 1 : known;
    const data = encodeUpperPdu(packet);
    const fixed = new Uint8Array(20 + padded(data.length));
    const view = new DataView(fixed.buffer);
    view.setUint32(0, number, true);
    view.setUint32(4, Math.floor(packet.timeUs / 2 ** 32), true);
    view.setUint32(8, packet.timeUs % 2 ** 32, true);
    view.setUint32(12, data.length, true);
    view.setUint32(16, data.length, true);
    fixed.set(data, 20);
    const enhanced = block(BLOCK.enhancedPacket, fixed, []);
    return known < 0 ? concatBytes(interfaceOf(packet.card), enhanced) : enhanced;
  }
}

function interfaceOf(card: string): Uint8Array {
  const fixed = new Uint8Array(8);
  new DataView(fixed.buffer).setUint16(0, UPPER_PDU, true);
  return block(BLOCK.interface, fixed, [option(OPTION.interfaceName, card)]);
}

function block(type: number, fixed: Uint8Array, options: readonly Uint8Array[]): Uint8Array {
  const body = options.length === 0 ? fixed : concatBytes(fixed, ...options, new Uint8Array(4));
  const bytes = new Uint8Array(12 + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, bytes.length, true);
  bytes.set(body, 8);
  view.setUint32(bytes.length - 4, bytes.length, true);
  return bytes;
}

function option(code: number, text: string): Uint8Array {
  const value = utf8ToBytes(text);
  const bytes = new Uint8Array(4 + padded(value.length));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, code, true);
  view.setUint16(2, value.length, true);
  bytes.set(value, 4);
  return bytes;
}
