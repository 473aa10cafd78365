/** Puts together the bytes of a file: numbers big-endian, everything of variable length after its length. */

import { concatBytes, uintToBytes, utf8ToBytes } from '../../apdu/index.js';

export class ByteWriter {
  private readonly parts: Uint8Array[] = [];

  uint(value: number, length: number): this {
    this.parts.push(uintToBytes(value, length));
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.parts.push(bytes);
    return this;
  }

  /** Four bytes of length, then the bytes. */
  sized(bytes: Uint8Array): this {
    return this.uint(bytes.length, 4).raw(bytes);
  }

  /** UTF-8, sized. */
  text(text: string): this {
    return this.sized(utf8ToBytes(text));
  }

  /** How many, then each in four bytes. */
  counts(counts: Uint32Array): this {
    this.uint(counts.length, 4);
    for (const count of counts) this.uint(count, 4);
    return this;
  }

  bytes(): Uint8Array {
    return concatBytes(...this.parts);
  }
}
