/** Capture files back into traces, ours and those that another program saved (pcapng, clause 4). */

import { BLOCK, BYTE_ORDER_MAGIC, OPTION } from './pcapng-numbers.js';
import type { TraceFileResult, TracePacket } from './trace-packet.js';
import { decodeUpperPdu, padded, UPPER_PDU } from './upper-pdu.js';

type Interface = { readonly linkType: number; readonly name: string; readonly ticksPerSecond: number };
type Block = { readonly type: number; readonly body: DataView; readonly littleEndian: boolean };

/** A block that is not what the format says; the message is a clause of a sentence. */
class MalformedCapture extends Error {}

const SHORTEST_BLOCK = 12;
const MICROSECONDS = 1_000_000;

/** Whether a file begins like a capture file. */
export function isPcapng(file: Uint8Array): boolean {
  return file.length >= SHORTEST_BLOCK && viewOf(file).getUint32(0) === BLOCK.section;
}

/** The packets of smart cards in a capture file, in the order in which they stand there. */
export function parsePcapng(file: Uint8Array): TraceFileResult {
  const packets: TracePacket[] = [];
  let skipped = 0;
  let interfaces: Interface[] = [];
  try {
    for (const block of blocksOf(file)) {
      if (block.type === BLOCK.section) interfaces = [];
      if (block.type === BLOCK.interface) interfaces.push(interfaceOf(block, interfaces.length));
      if (block.type !== BLOCK.enhancedPacket) continue;
      const packet = packetOf(block, interfaces);
      if (packet) packets.push(packet);
      else skipped++;
    }
  } catch (error) {
    if (error instanceof MalformedCapture) return { ok: false, fault: error.message };
    throw error;
  }
  return { ok: true, packets, skipped };
}

function* blocksOf(file: Uint8Array): Generator<Block> {
  if (!isPcapng(file)) throw new MalformedCapture('it is no capture file (pcapng)');
  const view = viewOf(file);
  let littleEndian = true;
  for (let at = 0; at < file.length; ) {
    if (file.length - at < SHORTEST_BLOCK) throw new MalformedCapture(`it is cut short at byte ${at}`);
    if (view.getUint32(at) === BLOCK.section) littleEndian = isLittleEndian(view, at);
    const length = view.getUint32(at + 4, littleEndian);
    if (length < SHORTEST_BLOCK || length % 4 !== 0) {
      throw new MalformedCapture(`the block at byte ${at} has an impossible length`);
    }
    if (at + length > file.length) throw new MalformedCapture(`it is cut short in the block at byte ${at}`);
    const body = new DataView(file.buffer, file.byteOffset + at + 8, length - SHORTEST_BLOCK);
    yield { type: view.getUint32(at, littleEndian), body, littleEndian };
    at += length;
  }
}

function isLittleEndian(view: DataView, at: number): boolean {
  if (view.getUint32(at + 8, true) === BYTE_ORDER_MAGIC) return true;
  if (view.getUint32(at + 8, false) === BYTE_ORDER_MAGIC) return false;
  throw new MalformedCapture(`the section at byte ${at} has no byte order`);
}

function interfaceOf(block: Block, number: number): Interface {
  need(block, 8, 'an interface');
  let name = `interface ${number}`;
  let ticksPerSecond = MICROSECONDS;
  for (const { code, value } of optionsOf(block, 8)) {
    if (code === OPTION.interfaceName) name = new TextDecoder().decode(value);
    if (code === OPTION.timeResolution && value.length === 1) ticksPerSecond = resolutionOf(value[0]!);
  }
  return { linkType: block.body.getUint16(0, block.littleEndian), name, ticksPerSecond };
}

/** A power of ten, or of two where the highest bit is set. */
function resolutionOf(byte: number): number {
  return byte & 0x80 ? 2 ** (byte & 0x7f) : 10 ** byte;
}

function packetOf(block: Block, interfaces: readonly Interface[]): TracePacket | undefined {
  const { body, littleEndian } = block;
  need(block, 20, 'a packet');
  const from = interfaces[body.getUint32(0, littleEndian)];
  if (!from) throw new MalformedCapture('a packet names an interface that is not described');
  const length = body.getUint32(12, littleEndian);
  need(block, 20 + length, 'a packet');
  const data = bytesAt(body, 20, length);
  const pdu = from.linkType === UPPER_PDU ? decodeUpperPdu(data) : undefined;
  if (!pdu) return undefined;
  const ticks = body.getUint32(4, littleEndian) * 2 ** 32 + body.getUint32(8, littleEndian);
  const timeUs = Math.round(ticks / (from.ticksPerSecond / MICROSECONDS));
  return { card: from.name, timeUs, kind: pdu.kind, bytes: pdu.bytes.slice() };
}

function* optionsOf(
  { body, littleEndian }: Block,
  from: number,
): Generator<{ code: number; value: Uint8Array }> {
  for (let at = from; at + 4 <= body.byteLength; ) {
    const code = body.getUint16(at, littleEndian);
    const length = body.getUint16(at + 2, littleEndian);
    if (code === OPTION.end) return;
    if (at + 4 + length > body.byteLength) throw new MalformedCapture('an option is longer than its block');
    yield { code, value: bytesAt(body, at + 4, length) };
    at += 4 + padded(length);
  }
}

function need({ body }: Block, bytes: number, what: string): void {
  if (body.byteLength < bytes) throw new MalformedCapture(`${what} is longer than its block`);
}

function bytesAt(view: DataView, at: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + at, length);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
