/**
 * Packets of Wireshark's link type "upper PDU": tags that name the dissector and what it must know, then the bytes
 * (epan/exported_pdu.h). Tag and length are 16 bits each, highest byte first; values are padded to four bytes, and the
 * length counts the padding.
 */

import { concatBytes, uintToBytes, utf8ToBytes } from '../../apdu/index.js';
import type { TracePacketKind } from './trace-packet.js';

/** LINKTYPE_WIRESHARK_UPPER_PDU. */
export const UPPER_PDU = 252;

const TAG = { end: 0, dissectorName: 12, direction: 35 } as const;
const APDU = 'iso7816';
const ATR = 'iso7816.atr';
const TO_CARD = 0;
const FROM_CARD = 1;

export type UpperPdu = { readonly kind: TracePacketKind; readonly bytes: Uint8Array };

export function encodeUpperPdu({ kind, bytes }: UpperPdu): Uint8Array {
  const direction = kind === 'command' ? TO_CARD : FROM_CARD;
  return concatBytes(
    tag(TAG.dissectorName, utf8ToBytes(kind === 'answer-to-reset' ? ATR : APDU)),
    tag(TAG.direction, uintToBytes(direction, 4)),
    tag(TAG.end, new Uint8Array(0)),
    bytes,
  );
}

/** The packet, or `undefined` when it is no smart card's, or does not say in which direction it went. */
export function decodeUpperPdu(packet: Uint8Array): UpperPdu | undefined {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  let dissector: string | undefined;
  let direction: number | undefined;
  for (let at = 0; at + 4 <= packet.length; ) {
    const [name, length] = [view.getUint16(at), view.getUint16(at + 2)];
    const value = packet.subarray(at + 4, at + 4 + length);
    at += 4 + length;
    if (name === TAG.dissectorName) dissector = new TextDecoder().decode(value).replace(/\0+$/, '');
    if (name === TAG.direction && length === 4) direction = view.getUint32(at - 4);
    if (name !== TAG.end) continue;
    const bytes = packet.subarray(at);
    if (dissector === ATR) return { kind: 'answer-to-reset', bytes };
    if (dissector !== APDU || direction === undefined) return undefined;
    return { kind: direction === TO_CARD ? 'command' : 'response', bytes };
  }
  return undefined;
}

function tag(name: number, value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + padded(value.length));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, name);
  view.setUint16(2, bytes.length - 4);
  bytes.set(value, 4);
  return bytes;
}

/** Up to the next multiple of four. */
export function padded(length: number): number {
  return (length + 3) & ~3;
}
