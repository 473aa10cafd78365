/**
 * Transient memory: static segments, reserved when the card is made, and one bounded arena for what
 * a command needs while it runs. The arena is wiped when the command ends; a power cycle wipes all.
 */

import { SW } from '../../apdu/index.js';
import type { Meter } from './meter.js';
import { refuse } from './status-error.js';

/** What transient memory holds: nothing but zeros stands before and behind these bytes. */
export type RamSnapshot = { readonly offset: number; readonly content: Uint8Array };

export class Ram {
  readonly bytes: Uint8Array;
  private arenaStart: number;
  private top: number;

  constructor(
    size: number,
    private readonly meter: Meter,
    image?: Uint8Array,
  ) {
    if (image && image.length !== size)
      throw new RangeError(`a RAM image has ${size} bytes, not ${image.length}`);
    this.bytes = image ? image.slice() : new Uint8Array(size);
    this.arenaStart = 0;
    this.top = 0;
  }

  /** Ends the static segments at `offset`; the rest is the arena. */
  beginArena(offset: number): void {
    this.arenaStart = offset;
    this.top = offset;
  }

  /** A view of a static segment. */
  view(offset: number, length: number): Uint8Array {
    return this.bytes.subarray(offset, offset + length);
  }

  /** `length` zero bytes of the arena until the frame or the command ends; 6A84 when there are not that many. */
  take(length: number): Uint8Array {
    this.reserve(length);
    return this.bytes.subarray(this.top - length, this.top);
  }

  /** A copy of `bytes` in the arena. */
  keep(bytes: Uint8Array): Uint8Array {
    const copy = this.take(bytes.length);
    copy.set(bytes);
    return copy;
  }

  /** Runs `work` while `length` bytes of the arena are taken. */
  hold<T>(length: number, work: () => T): T {
    return this.frame(() => {
      this.reserve(length);
      return work();
    });
  }

  /** Runs `work`, then wipes and frees what it took. */
  frame<T>(work: () => T): T {
    const mark = this.top;
    try {
      return work();
    } finally {
      this.bytes.fill(0, mark, this.top);
      this.top = mark;
    }
  }

  /** Wipes and frees the whole arena. */
  releaseArena(): void {
    this.bytes.fill(0, this.arenaStart, this.top);
    this.top = this.arenaStart;
  }

  /** Wipes everything: power off, or reset. */
  clear(): void {
    this.bytes.fill(0);
    this.top = this.arenaStart;
  }

  /** What it holds between two commands. */
  snapshot(): RamSnapshot {
    const { bytes } = this;
    let start = 0;
    let end = bytes.length;
    while (end > 0 && bytes[end - 1] === 0) end--;
    while (start < end && bytes[start] === 0) start++;
    return { offset: start, content: bytes.slice(start, end) };
  }

  /** Becomes the memory that the snapshot was taken of. */
  restore({ offset, content }: RamSnapshot): void {
    this.clear();
    this.bytes.set(content, offset);
  }

  private reserve(length: number): void {
    if (this.top + length > this.bytes.length) refuse(SW.notEnoughMemory);
    this.top += length;
    this.meter.ramInUse(this.top);
  }

  /** Tells the meter what is in use before a command takes anything from the arena. */
  meterStatic(): void {
    this.meter.ramInUse(this.top);
  }
}
