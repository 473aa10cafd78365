/**
 * Secure messaging in its checksum-only form (ISO/IEC 7816-4:2020, clause 10): the data stay
 * readable, header, data and status are bound to a session by a cryptographic checksum. Framing
 * only: whoever holds the session key computes the checksum (AES-CMAC, first 8 bytes) over the
 * bytes that {@link commandMacInput} and {@link responseMacInput} give.
 *
 * | | on the wire |
 * |---|---|
 * | command header | CLA with bits 4 and 3 set (0C, or 8C for a proprietary command): the header is authenticated |
 * | command data | `81 L plain` (when there are data), `97 01 Le` or `97 02 Le Le` (when an answer is wanted), `8E 08 checksum` |
 * | response data | `81 L plain` (when there are data), `99 02 SW1 SW2`, `8E 08 checksum` |
 *
 * | checksum of | bytes |
 * |---|---|
 * | a command | counter (16 bytes) ‖ CLA INS P1 P2 80 00×11 ‖ objects before 8E, padded |
 * | a response | counter (16 bytes) ‖ objects before 8E, padded |
 *
 * Padding is 80 and as many 00 as fill a block of 16 (10.2.3.1), always at least the 80, so that no
 * two inputs have the same bytes. Odd tags (81, 97, 99) are those that enter the checksum (10.2.1).
 * Data that exceed one command go as a chain; the checksum stands in the last link, and the header
 * it covers is the one of that link, which has no chaining bit.
 */

import { bytesToUint, concatBytes, uintToBytes } from './bytes.js';
import { decodeTlvs, encodeTlv, type Tlv, TlvError } from './tlv.js';

/** Class bits that announce secure messaging with an authenticated header (5.4.1, first interindustry range). */
export const SECURE_MESSAGING_CLASS_BITS = 0x0c;
/** Bytes of the cryptographic checksum. */
export const CHECKSUM_BYTES = 8;

const PLAIN_TAG = 0x81;
const LE_TAG = 0x97;
const STATUS_TAG = 0x99;
const CHECKSUM_TAG = 0x8e;
const BLOCK_BYTES = 16;

/** What a protected command carries before its checksum; `le` as in a command APDU, 1 to 65,536. */
export type ProtectedCommand = { readonly plain?: Uint8Array | undefined; readonly le?: number | undefined };
/** What a protected response carries before its checksum. */
export type ProtectedResponse = { readonly plain?: Uint8Array | undefined; readonly sw: number };
/** The checksum, and the bytes of the data objects that it covers beside counter and header. */
export type Checksummed = { readonly objects: Uint8Array; readonly checksum: Uint8Array };

/** Whether a class byte (first interindustry range or proprietary) announces secure messaging of this form. */
export function isProtectedClass(cla: number): boolean {
  return (cla & 0x40) === 0 && (cla & SECURE_MESSAGING_CLASS_BITS) === SECURE_MESSAGING_CLASS_BITS;
}

/** The data objects of a command that its checksum covers. @throws {RangeError} for an Le outside 1 to 65,536. */
export function protectedCommandObjects(command: ProtectedCommand): Uint8Array {
  const { plain, le } = command;
  if (le !== undefined && !(Number.isInteger(le) && le >= 1 && le <= 65536)) {
    throw new RangeError(`Le ${le} is not 1 to 65536`);
  }
  return concatBytes(
    plain ? encodeTlv(PLAIN_TAG, plain) : new Uint8Array(0),
    le === undefined
      ? new Uint8Array(0)
      : encodeTlv(LE_TAG, le <= 256 ? uintToBytes(le % 256, 1) : uintToBytes(le % 65536, 2)),
  );
}

/** The data objects of a response that its checksum covers. */
export function protectedResponseObjects(response: ProtectedResponse): Uint8Array {
  return concatBytes(
    response.plain ? encodeTlv(PLAIN_TAG, response.plain) : new Uint8Array(0),
    encodeTlv(STATUS_TAG, uintToBytes(response.sw, 2)),
  );
}

/** The whole data field of a protected command. @throws {RangeError} for a checksum of another length. */
export function protectedCommandData(
  command: ProtectedCommand & { readonly checksum: Uint8Array },
): Uint8Array {
  return concatBytes(protectedCommandObjects(command), checksumObject(command.checksum));
}

/** The whole data field of a protected response. @throws {RangeError} for a checksum of another length. */
export function protectedResponseData(
  response: ProtectedResponse & { readonly checksum: Uint8Array },
): Uint8Array {
  return concatBytes(protectedResponseObjects(response), checksumObject(response.checksum));
}

/** The parts of a protected command's data field. @throws {TlvError} when it has any other form. */
export function parseProtectedCommandData(bytes: Uint8Array): ProtectedCommand & Checksummed {
  const { before, objects, checksum } = splitChecksum(bytes);
  const plain = take(before, PLAIN_TAG);
  const le = take(before, LE_TAG);
  if (before.length > 0) throw new TlvError('unexpected secure messaging data object', 0);
  return { plain, le: le && parseLe(le), objects, checksum };
}

/** The parts of a protected response's data field. @throws {TlvError} when it has any other form. */
export function parseProtectedResponse(bytes: Uint8Array): ProtectedResponse & Checksummed {
  const { before, objects, checksum } = splitChecksum(bytes);
  const plain = take(before, PLAIN_TAG);
  const status = take(before, STATUS_TAG);
  if (status?.length !== 2) throw new TlvError('processing status (tag 99) missing or not of 2 bytes', 0);
  if (before.length > 0) throw new TlvError('unexpected secure messaging data object', 0);
  return { plain, sw: bytesToUint(status), objects, checksum };
}

/**
 * The bytes that the checksum of a command covers.
 * @param counter send sequence counter of this command
 * @param header CLA INS P1 P2 of the last link, without the chaining bit
 * @param objects as from {@link protectedCommandObjects}
 */
export function commandMacInput(counter: number, header: Uint8Array, objects: Uint8Array): Uint8Array {
  if (header.length !== 4) throw new RangeError(`a header has 4 bytes, not ${header.length}`);
  return concatBytes(uintToBytes(counter, BLOCK_BYTES), pad(header), pad(objects));
}

/** The bytes that the checksum of a response covers; `counter` is the one of this response. */
export function responseMacInput(counter: number, objects: Uint8Array): Uint8Array {
  return concatBytes(uintToBytes(counter, BLOCK_BYTES), pad(objects));
}

function pad(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array((Math.floor(bytes.length / BLOCK_BYTES) + 1) * BLOCK_BYTES);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  return padded;
}

function checksumObject(checksum: Uint8Array): Uint8Array {
  if (checksum.length !== CHECKSUM_BYTES) {
    throw new RangeError(`a checksum has ${CHECKSUM_BYTES} bytes, not ${checksum.length}`);
  }
  return encodeTlv(CHECKSUM_TAG, checksum);
}

function splitChecksum(bytes: Uint8Array): Checksummed & { readonly before: Tlv[] } {
  const before = decodeTlvs(bytes);
  const last = before.pop();
  if (last?.tag !== CHECKSUM_TAG || last.value.length !== CHECKSUM_BYTES) {
    throw new TlvError('cryptographic checksum (tag 8e) missing or not of 8 bytes', bytes.length);
  }
  return { before, objects: bytes.subarray(0, bytes.length - CHECKSUM_BYTES - 2), checksum: last.value };
}

function take(objects: Tlv[], tag: number): Uint8Array | undefined {
  return objects[0]?.tag === tag ? objects.shift()!.value : undefined;
}

/** One byte for 1 to 256, two bytes above: one encoding per value here too. */
function parseLe(value: Uint8Array): number {
  if (value.length === 1) return value[0]! || 256;
  const le = value.length === 2 ? bytesToUint(value) || 65536 : 0;
  if (le <= 256) throw new TlvError('Le (tag 97) not in its shortest form', 0);
  return le;
}
