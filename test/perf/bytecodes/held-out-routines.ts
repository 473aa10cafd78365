/** The routines that were written and counted before the rule met them; each has a twin in HeldOutRoutines.java. */

const DIGITS = Uint8Array.from('0123456789ABCDEF', (digit) => digit.charCodeAt(0));

/** Number of days between two BCD dates YYYYMMDD in months of 31 days; negative when the first is later. */
export function compareDates(first: Uint8Array, second: Uint8Array): number {
  return daysOf(second) - daysOf(first);
}

function daysOf(date: Uint8Array): number {
  const year = fromBcd(date[1]!);
  const month = fromBcd(date[2]!);
  return (year * 12 + month) * 31 + fromBcd(date[3]!);
}

function fromBcd(digits: number): number {
  return (digits >> 4) * 10 + (digits & 0x0f);
}

/** Sorts bytes in ascending order. */
export function insertionSort(bytes: Uint8Array): void {
  for (let i = 1; i < bytes.length; i++) {
    const moved = bytes[i]!;
    let at = i - 1;
    while (at >= 0 && bytes[at]! > moved) {
      bytes[at + 1] = bytes[at]!;
      at--;
    }
    bytes[at + 1] = moved;
  }
}

/** Hexadecimal digits of the bytes, as ASCII. */
export function encodeHex(bytes: Uint8Array, out: Uint8Array): number {
  let at = 0;
  for (const byte of bytes) {
    out[at++] = DIGITS[byte >> 4]!;
    out[at++] = DIGITS[byte & 0x0f]!;
  }
  return at;
}

/** Records of one length with a key in front. */
export class RecordTable {
  private readonly records: Uint8Array;
  private readonly recordLength: number;
  private readonly count: number;

  constructor(records: Uint8Array, recordLength: number, count: number) {
    this.records = records;
    this.recordLength = recordLength;
    this.count = count;
  }

  /** Number of the record with that key, from zero, or -1. */
  find(key: Uint8Array): number {
    for (let record = 0; record < this.count; record++) {
      if (this.startsWith(record * this.recordLength, key)) return record;
    }
    return -1;
  }

  private startsWith(offset: number, key: Uint8Array): boolean {
    for (let i = 0; i < key.length; i++) {
      if (this.records[offset + i] !== key[i]) return false;
    }
    return true;
  }
}
