/**
 * Time of one command and its response on the wire, without the reader's and the host's own delays.
 *
 * Contact: ISO 7816-3, clauses 7.1 (etu), 8.3 (TA1, TC1), 10 (T=0), 11 (T=1).
 * Contactless: ISO 14443-3 type A characters, ISO 14443-4 blocks.
 */
import { speedOfTa1 } from '../apdu/index.js';
import type { WireParameters } from './card-profile.js';

/** Lengths of one command and its response APDU in bytes, header and status word included. */
export type WireLengths = { readonly bytesIn: number; readonly bytesOut: number };

/**
 * Elementary time unit in ms: Fi ÷ Di clock cycles.
 *
 * @param ta1 two hexadecimal digits
 * @throws RangeError for values that ISO 7816-3 reserves
 */
export function etuMs(ta1: string, clockKhz: number): number {
  const speed = speedOfTa1(Number.parseInt(ta1, 16));
  if (speed === undefined) throw new RangeError(`TA1 = ${ta1} is reserved by ISO 7816-3`);
  return speed.fi / speed.di / clockKhz;
}

/** ms on the wire for one command–response pair. */
export function wireMs(wire: WireParameters, lengths: WireLengths): number {
  switch (wire.kind) {
    case 't0':
      return t0Ms(wire, lengths);
    case 't1':
      return t1Ms(wire, lengths);
    case 'contactless':
      return contactlessMs(wire, lengths);
  }
}

type T0 = Extract<WireParameters, { kind: 't0' }>;
type T1 = Extract<WireParameters, { kind: 't1' }>;
type Contactless = Extract<WireParameters, { kind: 'contactless' }>;

const CHARACTER_ETU = 12;
const HEADER_BYTES = 5;
const ACK_BYTES = 1;
const STATUS_BYTES = 2;
const MAX_COMMAND_DATA_BYTES = 255;
const MAX_RESPONSE_DATA_BYTES = 256;

/**
 * T=0: header, ACK, data and status word of each TPDU, every character of 12 + N etu. NULL bytes of long
 * computations are left out: one 60 per half waiting time is nothing beside the computation.
 */
function t0Ms(wire: T0, lengths: WireLengths): number {
  const guardTime = wire.extraGuardTime === 255 ? 0 : wire.extraGuardTime;
  return etuMs(wire.ta1, wire.clockKhz) * (CHARACTER_ETU + guardTime) * t0Characters(lengths);
}

/**
 * Characters both ways over T=0, GET RESPONSE included (ISO 7816-3, 12.1 and 12.2).
 * Whether a command without response data carried Le cannot be seen from lengths: taken as "no".
 */
function t0Characters({ bytesIn, bytesOut }: WireLengths): number {
  const responseBytes = Math.max(0, bytesOut - STATUS_BYTES);
  const commandBytes = commandDataBytes(bytesIn, responseBytes);
  const commandParts = Math.ceil(commandBytes / MAX_COMMAND_DATA_BYTES);
  const responseParts = Math.ceil(responseBytes / MAX_RESPONSE_DATA_BYTES);
  const emptyParts = commandParts + responseParts === 0 ? 1 : 0;
  return (
    (commandParts + responseParts) * (HEADER_BYTES + ACK_BYTES + STATUS_BYTES) +
    commandBytes +
    responseBytes +
    emptyParts * (HEADER_BYTES + STATUS_BYTES)
  );
}

/** Nc from the length of a command APDU (ISO 7816-3, 12.1.3: the seven cases). */
function commandDataBytes(bytesIn: number, responseBytes: number): number {
  const isExtended = bytesIn > 261 || responseBytes > MAX_RESPONSE_DATA_BYTES;
  const bodyBytes = bytesIn - 4;
  const lengthFieldBytes = isExtended ? 3 : 1;
  if (bodyBytes <= lengthFieldBytes) return 0;
  const expectedFieldBytes = responseBytes === 0 ? 0 : isExtended ? 2 : 1;
  return Math.max(0, bodyBytes - lengthFieldBytes - expectedFieldBytes);
}

/** NAD, PCB, LEN and LRC; an R-block has nothing else. */
const T1_FRAME_BYTES = 4;
const BLOCK_GUARD_TIME_ETU = 22;

/**
 * T=1: I-blocks with LRC; each chained one is acknowledged by an R-block. Every block sent costs one change
 * of direction, taken as the whole block guard time beside the character times.
 */
function t1Ms(wire: T1, { bytesIn, bytesOut }: WireLengths): number {
  const informationBlocks = blockCount(bytesIn, wire.ifscBytes) + blockCount(bytesOut, wire.ifsdBytes);
  const receiveReadyBlocks = informationBlocks - 2;
  const blocks = informationBlocks + receiveReadyBlocks;
  const characterEtu = wire.extraGuardTime === 255 ? 11 : CHARACTER_ETU + wire.extraGuardTime;
  const characters = bytesIn + bytesOut + T1_FRAME_BYTES * blocks;
  return etuMs(wire.ta1, wire.clockKhz) * (characterEtu * characters + BLOCK_GUARD_TIME_ETU * blocks);
}

const CARRIER_KHZ = 13_560;
/** Eight bits and parity (ISO 14443-3, type A). */
const TYPE_A_BITS_PER_BYTE = 9;
/** PCB and the two bytes of CRC. */
const CONTACTLESS_FRAME_BYTES = 3;
/** Shortest frame delay of the card, in carrier cycles (ISO 14443-3, type A). */
const FRAME_DELAY_CYCLES = 1172;

/** Contactless type A: each block's bytes and one frame delay; chained blocks are acknowledged. */
function contactlessMs(wire: Contactless, { bytesIn, bytesOut }: WireLengths): number {
  const informationBlocks =
    blockCount(bytesIn, wire.informationFieldBytes) + blockCount(bytesOut, wire.informationFieldBytes);
  const blocks = informationBlocks + (informationBlocks - 2);
  const cyclesPerBit = 128 / (wire.bitRateKbps / 106);
  const byteCycles = TYPE_A_BITS_PER_BYTE * cyclesPerBit;
  const bytes = bytesIn + bytesOut + CONTACTLESS_FRAME_BYTES * blocks;
  return (bytes * byteCycles + blocks * FRAME_DELAY_CYCLES) / CARRIER_KHZ;
}

function blockCount(bytes: number, informationFieldBytes: number): number {
  return Math.max(1, Math.ceil(bytes / informationFieldBytes));
}
