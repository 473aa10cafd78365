/** Blocks of protocol T=1: prologue, information field, epilogue (ISO/IEC 7816-3:2006, 11.3). */

import { concatBytes } from '../../apdu/index.js';

/** Error detection code of the epilogue: one byte of exclusive-or, or CRC-16 of ISO/IEC 13239 (11.4.4). */
export type Edc = 'LRC' | 'CRC';

/** Sequence numbers count modulo 2. */
export type SequenceNumber = 0 | 1;

/** The four supervisory functions (11.3.2.2, table 12). */
export type SupervisoryFunction = 'RESYNCH' | 'IFS' | 'ABORT' | 'WTX';

/** What an R-block says of the block before it: fine, redundancy or parity wrong, anything else wrong. */
export type ReceptionError = 'none' | 'redundancy' | 'other';

export type T1Block =
  | {
      readonly kind: 'I';
      readonly ns: SequenceNumber;
      /** M: another block of the chain follows. */
      readonly more: boolean;
      readonly inf: Uint8Array;
    }
  | { readonly kind: 'R'; readonly nr: SequenceNumber; readonly error: ReceptionError }
  | {
      readonly kind: 'S';
      readonly function: SupervisoryFunction;
      readonly direction: 'request' | 'response';
      /** The one byte of IFS (new size) and WTX (multiplier); 0 for the functions without a field. */
      readonly value: number;
    };

/** Why bytes are no block. `redundancy`: the epilogue does not match; `other`: anything else. */
export type BlockFault = Exclude<ReceptionError, 'none'>;

/** Longest information field (LEN is 0 to 254). */
export const MAX_INF = 254;
export const PROLOGUE_BYTES = 3;

/** Node address byte: source 0, destination 0, as long as nobody addresses anything (11.3.2.1). */
const NAD = 0x00;
const FUNCTIONS: readonly SupervisoryFunction[] = ['RESYNCH', 'IFS', 'ABORT', 'WTX'];
const ERRORS: readonly ReceptionError[] = ['none', 'redundancy', 'other'];
const NO_INF = new Uint8Array(0);

export function edcBytes(edc: Edc): 1 | 2 {
  return edc === 'LRC' ? 1 : 2;
}

/** Bytes of a block. @throws {RangeError} when the information field is longer than 254 bytes. */
export function encodeBlock(block: T1Block, edc: Edc): Uint8Array {
  const inf = infOf(block);
  if (inf.length > MAX_INF)
    throw new RangeError(`${inf.length} bytes do not fit a block of at most ${MAX_INF}`);
  const checked = concatBytes(Uint8Array.of(NAD, pcbOf(block), inf.length), inf);
  return concatBytes(checked, epilogue(checked, edc));
}

/** The block in `bytes`, which are as many as its LEN says; or what is wrong with it. */
export function decodeBlock(bytes: Uint8Array, edc: Edc): T1Block | BlockFault {
  // LEN = FF is no length (11.3.2.3)
  if (bytes[2]! > MAX_INF) return 'other';
  const end = bytes.length - edcBytes(edc);
  const expected = epilogue(bytes.subarray(0, end), edc);
  if (!expected.every((byte, i) => byte === bytes[end + i])) return 'redundancy';
  if (bytes[0] !== NAD) return 'other';
  return blockOf(bytes[1]!, bytes.slice(PROLOGUE_BYTES, end)) ?? 'other';
}

function infOf(block: T1Block): Uint8Array {
  if (block.kind === 'I') return block.inf;
  return block.kind === 'S' && hasValue(block.function) ? Uint8Array.of(block.value) : NO_INF;
}

function hasValue(name: SupervisoryFunction): boolean {
  return name === 'IFS' || name === 'WTX';
}

/** Protocol control byte (11.3.2.2): I-blocks 0 N M 00000, R-blocks 100 N 00 ee, S-blocks 11 d 000 ff. */
function pcbOf(block: T1Block): number {
  switch (block.kind) {
    case 'I':
      return (block.ns << 6) | (block.more ? 0x20 : 0);
    case 'R':
      return 0x80 | (block.nr << 4) | ERRORS.indexOf(block.error);
    case 'S':
      return 0xc0 | (block.direction === 'response' ? 0x20 : 0) | FUNCTIONS.indexOf(block.function);
  }
}

function blockOf(pcb: number, inf: Uint8Array): T1Block | undefined {
  if ((pcb & 0x80) === 0) {
    if ((pcb & 0x1f) !== 0) return undefined;
    return { kind: 'I', ns: ((pcb >> 6) & 1) as SequenceNumber, more: (pcb & 0x20) !== 0, inf };
  }
  if ((pcb & 0xc0) === 0x80) {
    const error = ERRORS[pcb & 0x0f];
    if ((pcb & 0x20) !== 0 || error === undefined || inf.length !== 0) return undefined;
    return { kind: 'R', nr: ((pcb >> 4) & 1) as SequenceNumber, error };
  }
  const name = FUNCTIONS[pcb & 0x1f];
  if (name === undefined || inf.length !== (hasValue(name) ? 1 : 0)) return undefined;
  const value = inf[0] ?? 0;
  // an IFS of 0 or 255 is reserved (11.4.2); a WTX of 0 would be no time at all
  if (hasValue(name) && (value === 0 || (name === 'IFS' && value > MAX_INF))) return undefined;
  return { kind: 'S', function: name, direction: (pcb & 0x20) !== 0 ? 'response' : 'request', value };
}

function epilogue(bytes: Uint8Array, edc: Edc): Uint8Array {
  if (edc === 'LRC') return Uint8Array.of(bytes.reduce((sum, byte) => sum ^ byte, 0));
  const crc = crc16(bytes);
  return Uint8Array.of(crc >> 8, crc & 0xff);
}

/**
 * CRC-16 with the generator x^16 + x^12 + x^5 + 1 (ISO/IEC 13239), least significant bit first, preset FFFF. As the
 * readers in the field do it: the remainder is sent as it is, not inverted, its high byte first.
 */
function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >> 1 : (crc >> 1) ^ 0x8408;
  }
  return crc;
}
