/** The routines on which the counting rule was fitted; each has a twin in FittedRoutines.java. */

/** out = a XOR b, 16 bytes. */
export function xorBlock(a: Uint8Array, b: Uint8Array, out: Uint8Array): void {
  for (let i = 0; i < 16; i++) out[i] = a[i]! ^ b[i]!;
}

/** Offset of the value of the first data object with a one-byte tag, or -1. */
export function findTlv(bytes: Uint8Array, tag: number): number {
  let at = 0;
  while (at < bytes.length) {
    const found = bytes[at]!;
    let length = bytes[at + 1]!;
    at += 2;
    if (length === 0x81) {
      length = bytes[at]!;
      at += 1;
    }
    if (found === tag) return at;
    at += length;
  }
  return -1;
}

/** a += b, big-endian, same lengths; the carry that is left. */
export function addBytes(a: Uint8Array, b: Uint8Array): number {
  let carry = 0;
  for (let i = a.length - 1; i >= 0; i--) {
    carry += a[i]! + b[i]!;
    a[i] = carry;
    carry >>= 8;
  }
  return carry;
}

/** CRC-16 (ISO/IEC 13239, reflected 0x8408, initial value FFFF), as contactless cards use it. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (let i = 0; i < bytes.length; i++) {
    crc ^= bytes[i]!;
    for (let bit = 0; bit < 8; bit++) {
      if ((crc & 1) !== 0) crc = (crc >> 1) ^ 0x8408;
      else crc >>= 1;
    }
  }
  return crc;
}

/** Every byte replaced by the table's entry for it. */
export function substitute(table: Uint8Array, bytes: Uint8Array): void {
  for (let i = 0; i < bytes.length; i++) bytes[i] = table[bytes[i]!]!;
}

/** A PIN held on a card: its value and the tries that are left. */
export class HeldPin {
  private readonly value: Uint8Array;
  private length: number;
  tries: number;

  constructor(value: Uint8Array, length: number) {
    this.value = value;
    this.length = length;
    this.tries = 3;
  }

  /** Whether the candidate is the PIN; all of the padded value is compared. */
  check(candidate: Uint8Array, length: number): boolean {
    if (this.tries === 0) return false;
    this.tries--;
    let difference = length ^ this.length;
    for (let i = 0; i < this.value.length; i++) difference |= candidate[i]! ^ this.value[i]!;
    if (difference !== 0) return false;
    this.tries = 3;
    return true;
  }
}
