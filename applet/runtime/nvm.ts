/**
 * Persistent memory as the card's programs see it: a flat range of bytes, written atomically.
 *
 * Each write goes to a fresh flash page (shadow paging); its spare area names the logical page and
 * the transaction, guarded by a CRC. A transaction becomes valid with its last page, which carries
 * the commit mark; only then are the superseded pages erased. So one page write costs one program
 * and one erase, wear spreads over all spare pages, a torn page is never the only copy of anything,
 * and no stale copy of a secret outlives the command that replaced it. Which pages are valid
 * follows from the flash bytes alone; the table kept here is only their index.
 */

import { SW } from '../../apdu/index.js';
import type { CardLimits } from './card-limits.js';
import { crc32 } from './crc32.js';
import { Flash, type FlashSnapshot, SPARE_BYTES } from './flash.js';
import type { Meter } from './meter.js';
import { ProfileTooSmall } from './profile-too-small.js';
import { PowerLost, refuse } from './status-error.js';

/** Pages kept free for the shadows of one transaction. */
const SPARE_PAGES = 24;
const COMMIT_MARK = 0x01;
const NO_PAGE = 0xffff;

// Layout of the spare area: crc32 (4), sequence (4), logical page (2), flags (1), unused (5).
const SEQUENCE_AT = 4;
const LOGICAL_AT = 8;
const FLAGS_AT = 10;

type Transaction = {
  readonly sequence: number;
  /** Logical page → flash page that holds its new content. */
  readonly shadows: Map<number, number>;
  changedBytes: number;
};

/** What a persistent memory holds. */
export type NvmSnapshot = {
  readonly flash: FlashSnapshot;
  /** Whether every programmed page is valid; after a power cut it need not be. */
  readonly clean: boolean;
};

export class Nvm {
  /** Bytes the card's programs can use. */
  readonly capacity: number;
  readonly flash: Flash;
  protected readonly pageBytes: number;
  protected readonly index: Uint16Array;
  protected readonly taken: Uint8Array;
  /** Sequence number of the last committed transaction. */
  protected sequence = 0;
  protected lastCommitPage: number;
  protected transaction: Transaction | undefined;
  /** Content of the page being written, not yet programmed (the page latch of the flash). */
  protected readonly latch: Uint8Array;
  protected latched = NO_PAGE;

  constructor(
    protected readonly limits: CardLimits,
    protected readonly meter: Meter,
    image?: Uint8Array,
  ) {
    this.pageBytes = limits.pageBytes;
    const pages = Math.floor(limits.nvmBytes / limits.pageBytes);
    if (pages <= SPARE_PAGES) {
      const needed = (SPARE_PAGES + 1) * limits.pageBytes;
      throw new ProfileTooSmall('NVM', 'pages of the memory manager', needed, limits.nvmBytes);
    }
    this.flash = new Flash(limits.pageBytes, pages, meter, image);
    this.capacity = (pages - SPARE_PAGES) * limits.pageBytes;
    const logicalPages = pages - SPARE_PAGES;
    const latchBytes = limits.pageBytes + SPARE_BYTES;
    // One piece of memory for all three, as in the flash.
    const memory = new ArrayBuffer(2 * logicalPages + pages + latchBytes);
    this.index = new Uint16Array(memory, 0, logicalPages).fill(NO_PAGE);
    this.taken = new Uint8Array(memory, 2 * logicalPages, pages);
    this.latch = new Uint8Array(memory, 2 * logicalPages + pages, latchBytes);
    this.lastCommitPage = pages - 1;
    this.buildIndex();
  }

  /** `length` bytes from `offset`, as a copy; never written bytes read as zero. */
  read(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    this.readInto(offset, bytes);
    return bytes;
  }

  /** Fills `target` from `offset` on. */
  readInto(offset: number, target: Uint8Array): void {
    assertRange(offset, target.length, this.capacity);
    let done = 0;
    while (done < target.length) {
      const logical = Math.floor((offset + done) / this.pageBytes);
      const within = (offset + done) % this.pageBytes;
      const count = Math.min(target.length - done, this.pageBytes - within);
      const source = this.contentOf(logical);
      const start = this.startOf(logical) + within;
      if (source) target.set(source.subarray(start, start + count), done);
      else target.fill(0, done, done + count);
      done += count;
    }
  }

  readByte(offset: number): number {
    const logical = Math.floor(offset / this.pageBytes);
    return this.contentOf(logical)?.[this.startOf(logical) + (offset % this.pageBytes)] ?? 0;
  }

  /**
   * Writes `bytes` at `offset`: all of it or nothing, on its own or as part of the transaction in
   * progress. Bytes that do not change cost nothing.
   * Answers 6581 when the transaction exceeds the commit buffer; the caller's transaction aborts.
   */
  write(offset: number, bytes: Uint8Array): void {
    assertRange(offset, bytes.length, this.capacity);
    if (!this.transaction) {
      this.atomically(() => this.write(offset, bytes));
      return;
    }
    this.transaction.changedBytes += bytes.length;
    if (this.transaction.changedBytes > this.limits.commitBufferBytes) refuse(SW.memoryFailure);
    let done = 0;
    while (done < bytes.length) {
      const logical = Math.floor((offset + done) / this.pageBytes);
      const within = (offset + done) % this.pageBytes;
      const count = Math.min(bytes.length - done, this.pageBytes - within);
      this.writeWithinPage(logical, within, bytes.subarray(done, done + count));
      done += count;
    }
  }

  /** Runs `work` as one transaction: every write of it becomes valid together, or none when it throws. */
  atomically<T>(work: () => T): T {
    if (this.transaction) throw new Error('transactions do not nest');
    this.transaction = { sequence: this.sequence + 1, shadows: new Map(), changedBytes: 0 };
    try {
      const result = work();
      this.commit(this.transaction);
      return result;
    } catch (error) {
      // Without power nothing more reaches the flash; recovery at power-on takes over.
      if (error instanceof PowerLost) this.dropTransaction();
      else this.abort();
      throw error;
    }
  }

  get inTransaction(): boolean {
    return this.transaction !== undefined;
  }

  /**
   * Erases what a power cut left behind: torn pages, pages of a transaction that lacks its commit
   * mark, pages that a newer one supersedes. May itself be cut and repeated.
   */
  recover(): void {
    this.dropTransaction();
    this.buildIndex();
    for (let page = 0; page < this.flash.pages; page++) {
      if (!this.taken[page] && !this.flash.isErased(page)) this.flash.erase(page);
    }
  }

  /** What the memory holds now, between two commands. */
  snapshot(): NvmSnapshot {
    if (this.transaction) throw new Error('no snapshot within a transaction');
    const flash = this.flash.snapshot();
    let valid = 0;
    for (let page = 0; page < this.taken.length; page++) valid += this.taken[page]!;
    return { flash, clean: !this.flash.interrupted && valid === flash.programmed };
  }

  /** Becomes the memory that the snapshot was taken of. */
  restore({ flash, clean }: NvmSnapshot): void {
    this.dropTransaction();
    this.flash.restore(flash);
    // The checksums of a clean memory were right when the snapshot was taken of it.
    this.buildIndex(clean);
  }

  /** Becomes as `other`, a memory of the same limits, between two commands of it. */
  copyFrom(other: Nvm): void {
    if (other.transaction) throw new Error('no copy within a transaction');
    this.dropTransaction();
    this.flash.copyFrom(other.flash);
    this.index.set(other.index);
    this.taken.set(other.taken);
    this.sequence = other.sequence;
    this.lastCommitPage = other.lastCommitPage;
  }

  /** Called when power is gone: what was latched but not programmed is lost. */
  dropTransaction(): void {
    this.transaction = undefined;
    this.latched = NO_PAGE;
  }

  /** The memory that holds a logical page, from {@link startOf} on: made for speed, without views. */
  protected contentOf(logical: number): Uint8Array | undefined {
    if (logical === this.latched) return this.latch;
    return this.pageOf(logical) === NO_PAGE ? undefined : this.flash.bytes;
  }

  protected startOf(logical: number): number {
    return logical === this.latched ? 0 : this.flash.offsetOf(this.pageOf(logical));
  }

  protected pageOf(logical: number): number {
    return this.transaction?.shadows.get(logical) ?? this.index[logical]!;
  }

  protected writeWithinPage(logical: number, within: number, bytes: Uint8Array): void {
    const before = this.contentOf(logical);
    const start = this.startOf(logical);
    let same = true;
    for (let i = 0; same && i < bytes.length; i++) same = (before?.[start + within + i] ?? 0) === bytes[i];
    if (same) return;
    if (logical !== this.latched) {
      this.programLatch(0);
      this.latch.fill(0);
      if (before) this.latch.set(before.subarray(start, start + this.pageBytes));
      this.latched = logical;
    }
    this.latch.set(bytes, within);
    this.meter.nvmBytes += bytes.length;
  }

  protected programLatch(flags: number): number {
    if (this.latched === NO_PAGE) return NO_PAGE;
    const transaction = this.transaction!;
    const earlier = transaction.shadows.get(this.latched);
    if (earlier !== undefined) this.flash.erase(earlier);
    const page = earlier ?? this.freePage();
    this.taken[page] = 1;
    transaction.shadows.set(this.latched, page);
    const view = new DataView(this.latch.buffer, this.latch.byteOffset + this.pageBytes, SPARE_BYTES);
    this.latch.fill(0xff, this.pageBytes);
    view.setUint32(SEQUENCE_AT, transaction.sequence);
    view.setUint16(LOGICAL_AT, this.latched);
    view.setUint8(FLAGS_AT, flags);
    view.setUint32(0, this.checksum(this.latch));
    this.latched = NO_PAGE;
    this.flash.program(page, this.latch);
    return page;
  }

  protected commit(transaction: Transaction): void {
    const commitPage = this.programLatch(COMMIT_MARK);
    this.transaction = undefined;
    if (commitPage === NO_PAGE) return;
    this.sequence = transaction.sequence;
    this.lastCommitPage = commitPage;
    const superseded: number[] = [];
    for (const [logical, page] of transaction.shadows) {
      const before = this.index[logical]!;
      if (before !== NO_PAGE) superseded.push(before);
      this.index[logical] = page;
    }
    for (const page of superseded) {
      this.taken[page] = 0;
      this.flash.erase(page);
    }
  }

  protected abort(): void {
    const shadows = this.transaction?.shadows;
    this.dropTransaction();
    for (const page of shadows?.values() ?? []) {
      this.taken[page] = 0;
      if (!this.flash.isErased(page)) this.flash.erase(page);
    }
  }

  /** The next free page after the last commit: all pages take their turn, and the choice follows from the flash alone. */
  protected freePage(): number {
    const pages = this.flash.pages;
    for (let step = 1; step <= pages; step++) {
      const page = (this.lastCommitPage + step) % pages;
      if (!this.taken[page]) return page;
    }
    return refuse(SW.memoryFailure);
  }

  protected checksum(page: Uint8Array): number {
    return (
      crc32(page, 0, this.pageBytes) ^ crc32(page, this.pageBytes + SEQUENCE_AT, this.pageBytes + SPARE_BYTES)
    );
  }

  protected buildIndex(checksumsKnown = false): void {
    this.index.fill(NO_PAGE);
    this.taken.fill(0);
    this.lastCommitPage = this.flash.pages - 1;
    this.flash.interrupted = false;
    const valid: { page: number; sequence: number; logical: number; flags: number }[] = [];
    for (let page = 0; page < this.flash.pages; page++) {
      if (this.flash.isErased(page)) continue;
      const bytes = this.flash.page(page);
      const view = new DataView(bytes.buffer, bytes.byteOffset + this.pageBytes, SPARE_BYTES);
      const logical = view.getUint16(LOGICAL_AT);
      if (logical >= this.index.length) continue;
      if (!checksumsKnown && view.getUint32(0) !== this.checksum(bytes) >>> 0) continue;
      valid.push({ page, sequence: view.getUint32(SEQUENCE_AT), logical, flags: view.getUint8(FLAGS_AT) });
    }
    valid.sort((a, b) => a.sequence - b.sequence);
    // Only the newest transaction can be incomplete: recovery erases it before another one starts.
    const newest = valid.at(-1)?.sequence ?? 0;
    const complete = valid.some((entry) => entry.sequence === newest && entry.flags === COMMIT_MARK);
    const committed = complete ? valid : valid.filter((entry) => entry.sequence !== newest);
    this.sequence = 0;
    for (const entry of committed) {
      const before = this.index[entry.logical]!;
      if (before !== NO_PAGE) this.taken[before] = 0;
      this.index[entry.logical] = entry.page;
      this.taken[entry.page] = 1;
      if (entry.flags === COMMIT_MARK && entry.sequence >= this.sequence) {
        this.sequence = entry.sequence;
        this.lastCommitPage = entry.page;
      }
    }
  }
}

function assertRange(offset: number, length: number, capacity: number): void {
  if (offset < 0 || offset + length > capacity)
    throw new RangeError(`NVM ${offset}+${length} beyond ${capacity}`);
}
