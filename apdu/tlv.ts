/**
 * Strict BER-TLV (ISO/IEC 7816-4:2020, clause 6.3; rules of ISO/IEC 8825-1 restricted to one
 * encoding): tags of one or two bytes, definite lengths in the fewest bytes, up to 65,535.
 * Strictness matters because what is signed here is TLV: two encodings of one value would be two
 * statements.
 */

/** One data object: its tag as a number (`0x5F37`) and its value. */
export type Tlv = { readonly tag: number; readonly value: Uint8Array };

/** Bytes that are not the one permitted encoding; `offset` is where in the given bytes. */
export class TlvError extends RangeError {
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(`${message} at byte ${offset}`);
    this.name = 'TlvError';
  }
}

/** Bytes of a tag. @throws {RangeError} for a number that is no one- or two-byte tag. */
export function encodeTag(tag: number): Uint8Array {
  assertTag(tag);
  return tag > 0xff ? Uint8Array.of(tag >> 8, tag & 0xff) : Uint8Array.of(tag);
}

function assertTag(tag: number): void {
  if (Number.isInteger(tag) && tag > 0 && tag <= 0xff && (tag & 0x1f) !== 0x1f) return;
  const low = tag & 0xff;
  // a first byte FF is padding to every decoder (6.3), although its bits would be those of a tag
  if (Number.isInteger(tag) && tag < 0xff00 && ((tag >> 8) & 0x1f) === 0x1f && low >= 0x1f && low < 0x80)
    return;
  throw new RangeError(`not a one- or two-byte BER tag: ${tag.toString(16)}`);
}

/** Whether a tag announces a constructed value (bit 6 of its first byte). */
export function isConstructed(tag: number): boolean {
  return ((tag > 0xff ? tag >> 8 : tag) & 0x20) !== 0;
}

/** Length field for `length` bytes, shortest form. @throws {RangeError} above 65,535. */
export function encodeLength(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  if (length <= 0xff) return Uint8Array.of(0x81, length);
  if (length <= 0xffff) return Uint8Array.of(0x82, length >> 8, length & 0xff);
  throw new RangeError(`a data object holds at most 65535 bytes, not ${length}`);
}

/** Tag, length and value of one data object. */
export function encodeTlv(tag: number, value: Uint8Array): Uint8Array {
  const whole = new Uint8Array(tlvLength(tag, value.length));
  writeTlv(whole, 0, tag, value);
  return whole;
}

/** Bytes of a data object whose value has `length` bytes. */
export function tlvLength(tag: number, length: number): number {
  return (tag > 0xff ? 2 : 1) + (length < 0x80 ? 1 : length <= 0xff ? 2 : 3) + length;
}

/** Writes a data object into `target` and answers where it ends. @throws {RangeError} as {@link encodeTag} and {@link encodeLength} do. */
export function writeTlv(target: Uint8Array, at: number, tag: number, value: Uint8Array): number {
  assertTag(tag);
  const { length } = value;
  let next = at;
  if (tag > 0xff) target[next++] = tag >> 8;
  target[next++] = tag & 0xff;
  if (length > 0xffff) throw new RangeError(`a data object holds at most 65535 bytes, not ${length}`);
  if (length > 0xff) {
    target[next++] = 0x82;
    target[next++] = length >> 8;
  } else if (length >= 0x80) target[next++] = 0x81;
  target[next++] = length & 0xff;
  target.set(value, next);
  return next + length;
}

function readTag(bytes: Uint8Array, at: number): { tag: number; next: number } {
  const first = bytes[at]!;
  if (first === 0x00 || first === 0xff) throw new TlvError('no tag (00 and FF are padding)', at);
  if ((first & 0x1f) !== 0x1f) return { tag: first, next: at + 1 };
  const second = bytes[at + 1];
  if (second === undefined) throw new TlvError('tag cut short', at);
  if (second < 0x1f || second >= 0x80) throw new TlvError('tag not in its two-byte form', at);
  return { tag: (first << 8) | second, next: at + 2 };
}

function readLength(bytes: Uint8Array, at: number): { length: number; next: number } {
  const first = bytes[at];
  if (first === undefined) throw new TlvError('length missing', at);
  if (first < 0x80) return { length: first, next: at + 1 };
  const size = first & 0x7f;
  if (size === 0 || size > 2) throw new TlvError('length form not permitted', at);
  if (at + 1 + size > bytes.length) throw new TlvError('length cut short', at);
  const length = size === 1 ? bytes[at + 1]! : (bytes[at + 1]! << 8) | bytes[at + 2]!;
  if (length < (size === 1 ? 0x80 : 0x100)) throw new TlvError('length not in its shortest form', at);
  return { length, next: at + 1 + size };
}

/**
 * All data objects of `bytes`, in order; values are views, not copies.
 * @throws {TlvError} at the first byte that breaks the encoding.
 */
export function decodeTlvs(bytes: Uint8Array): Tlv[] {
  const objects: Tlv[] = [];
  let at = 0;
  while (at < bytes.length) {
    const { tag, next } = readTag(bytes, at);
    const { length, next: start } = readLength(bytes, next);
    if (start + length > bytes.length) throw new TlvError('value cut short', start);
    objects.push({ tag, value: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return objects;
}

/** The single data object that `bytes` are. @throws {TlvError} for none, several or trailing bytes. */
export function decodeTlv(bytes: Uint8Array): Tlv {
  const objects = decodeTlvs(bytes);
  if (objects.length !== 1) throw new TlvError(`one data object expected, not ${objects.length}`, 0);
  return objects[0]!;
}
