/**
 * Secure messaging of a session between cards (ISO/IEC 7816-4:2020, clause 10): data encrypted, header,
 * data and status under a cryptographic checksum, every message counted. Framing only: whoever holds the
 * session keys computes AES-CBC and AES-CMAC (first 8 bytes) over what these functions give.
 *
 * | | on the wire |
 * |---|---|
 * | command header | CLA with bits 4 and 3 set (0C, or 8C for a proprietary command): the header is authenticated |
 * | command data | `87 L 01 cryptogram` (when there are data), `97 01 Le` or `97 02 Le Le` (when an answer is wanted), `8E 08 checksum` |
 * | response data | `87 L 01 cryptogram` (when there are data), `99 02 SW1 SW2`, `8E 08 checksum` |
 *
 * | checksum of | bytes |
 * |---|---|
 * | a command | counter (16 bytes) ‖ CLA INS P1 P2 80 00×11 ‖ objects before 8E, padded |
 * | a response | counter (16 bytes) ‖ objects before 8E, padded |
 *
 * The send sequence counter grows by one for each message, commands and responses alike. The cryptogram
 * is AES-CBC of the padded data; its initial value is the counter encrypted under the same key, so that it
 * is never the same and nobody foresees it. The padding-content indicator 01 (10.2.2) names the padding:
 * 80 and as many 00 as fill a block of 16, always at least the 80, which the checksum uses too. Odd tags
 * (87, 97, 99) are those that enter the checksum (10.2.1). The status inside counts; outside stands 9000
 * whenever the protection was right. Data that exceed one command go as a chain; the checksum stands in
 * the last link, and the header it covers is the one of that link, which has no chaining bit.
 */

import { bytesToUint, concatBytes, uintToBytes } from './bytes.js';
import { padBlocks } from './encoding/padding.js';
import { decodeTlvs, encodeTlv, type Tlv, TlvError } from './tlv.js';

/** Class bits that announce secure messaging with an authenticated header (5.4.1, first interindustry range). */
export const SECURE_MESSAGING_CLASS_BITS = 0x0c;
/** Bytes of the cryptographic checksum. */
export const CHECKSUM_BYTES = 8;

const CRYPTOGRAM_TAG = 0x87;
const PADDING_INDICATOR = 0x01;
const LE_TAG = 0x97;
const STATUS_TAG = 0x99;
const CHECKSUM_TAG = 0x8e;
const BLOCK_BYTES = 16;

/** What a protected command carries before its checksum; `le` as in a command APDU, 1 to 65,536. */
export type ProtectedCommand = {
  readonly cryptogram?: Uint8Array | undefined;
  readonly le?: number | undefined;
};
/** What a protected response carries before its checksum. */
export type ProtectedResponse = { readonly cryptogram?: Uint8Array | undefined; readonly sw: number };
/** The checksum, and the bytes of the data objects that it covers beside counter and header. */
export type Checksummed = { readonly objects: Uint8Array; readonly checksum: Uint8Array };

/** Whether a class byte (first interindustry range or proprietary) announces secure messaging of this form. */
export function isProtectedClass(cla: number): boolean {
  return (cla & 0x40) === 0 && (cla & SECURE_MESSAGING_CLASS_BITS) === SECURE_MESSAGING_CLASS_BITS;
}

/** The data objects of a command that its checksum covers. @throws {RangeError} for an Le outside 1 to 65,536. */
export function protectedCommandObjects(command: ProtectedCommand): Uint8Array {
  const { cryptogram, le } = command;
  return concatBytes(
    cryptogramObject(cryptogram),
    le === undefined ? new Uint8Array(0) : encodeTlv(LE_TAG, leToBytes(le)),
  );
}

/** The data objects of a response that its checksum covers. */
export function protectedResponseObjects(response: ProtectedResponse): Uint8Array {
  return concatBytes(
    cryptogramObject(response.cryptogram),
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
  const cryptogram = takeCryptogram(before);
  const le = take(before, LE_TAG);
  if (before.length > 0) throw new TlvError('unexpected secure messaging data object', 0);
  return { cryptogram, le: le && leFromBytes(le), objects, checksum };
}

/** The parts of a protected response's data field. @throws {TlvError} when it has any other form. */
export function parseProtectedResponse(bytes: Uint8Array): ProtectedResponse & Checksummed {
  const { before, objects, checksum } = splitChecksum(bytes);
  const cryptogram = takeCryptogram(before);
  const status = take(before, STATUS_TAG);
  if (status?.length !== 2) throw new TlvError('processing status (tag 99) missing or not of 2 bytes', 0);
  if (before.length > 0) throw new TlvError('unexpected secure messaging data object', 0);
  return { cryptogram, sw: bytesToUint(status), objects, checksum };
}

/**
 * The bytes that the checksum of a command covers.
 * @param counter send sequence counter of this command
 * @param header CLA INS P1 P2 of the last link, without the chaining bit
 * @param objects as from {@link protectedCommandObjects}
 */
export function commandMacInput(counter: number, header: Uint8Array, objects: Uint8Array): Uint8Array {
  if (header.length !== 4) throw new RangeError(`a header has 4 bytes, not ${header.length}`);
  return concatBytes(counterBlock(counter), padBlocks(header), padBlocks(objects));
}

/** The bytes that the checksum of a response covers; `counter` is the one of this response. */
export function responseMacInput(counter: number, objects: Uint8Array): Uint8Array {
  return concatBytes(counterBlock(counter), padBlocks(objects));
}

/** Block that is encrypted under the encryption key to give the initial value of a message. */
export function counterBlock(counter: number): Uint8Array {
  return uintToBytes(counter, BLOCK_BYTES);
}

function cryptogramObject(cryptogram: Uint8Array | undefined): Uint8Array {
  if (!cryptogram) return new Uint8Array(0);
  return encodeTlv(CRYPTOGRAM_TAG, concatBytes(Uint8Array.of(PADDING_INDICATOR), cryptogram));
}

/** Whole blocks behind the indicator; any other form is no cryptogram. */
function takeCryptogram(objects: Tlv[]): Uint8Array | undefined {
  const value = take(objects, CRYPTOGRAM_TAG);
  if (!value) return undefined;
  if (value[0] !== PADDING_INDICATOR || value.length < 2 || (value.length - 1) % BLOCK_BYTES !== 0) {
    throw new TlvError('cryptogram (tag 87) without its indicator, or not of whole blocks', 0);
  }
  return value.subarray(1);
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

/** Le as object 97 has it: one byte for 1 to 256, two above. @throws {RangeError} outside 1 to 65,536. */
export function leToBytes(le: number): Uint8Array {
  if (!(Number.isInteger(le) && le >= 1 && le <= 65536)) throw new RangeError(`Le ${le} is not 1 to 65536`);
  return le <= 256 ? uintToBytes(le % 256, 1) : uintToBytes(le % 65536, 2);
}

/** Le of object 97; one encoding per value here too. @throws {TlvError} for any other. */
export function leFromBytes(value: Uint8Array): number {
  if (value.length === 1) return value[0]! || 256;
  const le = value.length === 2 ? bytesToUint(value) || 65536 : 0;
  if (le <= 256) throw new TlvError('Le (tag 97) not in its shortest form', 0);
  return le;
}
