/** Takes apart what {@link ByteWriter} puts together; every step checks that the bytes are there. */

import { bytesToUint, bytesToUtf8 } from '../../apdu/index.js';

/** The bytes are not what the format says. */
export class MalformedFile extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MalformedFile';
  }
}

export class ByteReader {
  private next = 0;
  private readonly content: Uint8Array;

  constructor(content: Uint8Array) {
    // Subclasses of a host share memory where Uint8Array's slice copies; a card must own its bytes.
    this.content = new Uint8Array(content.buffer, content.byteOffset, content.length);
  }

  /** @throws {MalformedFile} here and below, when the content ends too early or a value is none of its kind. */
  raw(length: number): Uint8Array {
    const end = this.next + length;
    if (end > this.content.length) throw new MalformedFile(`it ends within a field at byte ${this.next}`);
    const bytes = this.content.slice(this.next, end);
    this.next = end;
    return bytes;
  }

  uint(length: number): number {
    return bytesToUint(this.raw(length));
  }

  flag(): boolean {
    const value = this.uint(1);
    if (value > 1) throw new MalformedFile(`a flag is ${value}`);
    return value === 1;
  }

  sized(): Uint8Array {
    return this.raw(this.uint(4));
  }

  text(): string {
    try {
      return bytesToUtf8(this.sized());
    } catch (error) {
      if (error instanceof RangeError) throw new MalformedFile('a text is not UTF-8');
      throw error;
    }
  }

  counts(): Uint32Array {
    const count = this.uint(4);
    const bytes = this.raw(4 * count);
    const view = new DataView(bytes.buffer);
    return Uint32Array.from({ length: count }, (_, i) => view.getUint32(4 * i));
  }

  /** Nothing may follow. */
  end(): void {
    if (this.next !== this.content.length) throw new MalformedFile('something follows its last field');
  }
}
