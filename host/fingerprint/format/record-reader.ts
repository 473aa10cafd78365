/** Reads big-endian fields of a record; the first fault ends the reading. */

import type { RecordFault, RecordFaultCode } from './finger-record.js';

/** Thrown within the parsers alone; their callers get a value. */
export class RecordFaultSignal extends Error {
  constructor(readonly fault: RecordFault) {
    super(fault.code);
  }
}

export class RecordReader {
  /** Where faults are, for their report. */
  view: number | undefined;
  minutia: number | undefined;

  constructor(
    private readonly bytes: Uint8Array,
    private at = 0,
    private end = bytes.length,
  ) {}

  get offset(): number {
    return this.at;
  }

  get left(): number {
    return this.end - this.at;
  }

  /** A number of `length` bytes. */
  uint(length: number): number {
    this.expect(this.left >= length, 'truncated');
    let value = 0;
    for (let i = 0; i < length; i++) value = value * 256 + this.bytes[this.at++]!;
    return value;
  }

  take(length: number): Uint8Array {
    this.expect(this.left >= length, 'truncated');
    this.at += length;
    return this.bytes.slice(this.at - length, this.at);
  }

  /** Reads `length` bytes as a part of their own, which `read` must use up. */
  within<T>(length: number, leftover: RecordFaultCode, read: () => T): T {
    this.expect(length >= 0 && this.left >= length, 'truncated');
    const outer = this.end;
    this.end = this.at + length;
    const value = read();
    this.expect(this.left === 0, leftover);
    this.end = outer;
    return value;
  }

  /** @throws {RecordFaultSignal} unless the condition holds; `back` bytes before here is where the fault stands. */
  expect(condition: boolean, code: RecordFaultCode, back = 0): void {
    if (condition) return;
    throw new RecordFaultSignal({
      code,
      offset: this.at - back,
      ...(this.view === undefined ? {} : { view: this.view }),
      ...(this.minutia === undefined ? {} : { minutia: this.minutia }),
    });
  }
}
