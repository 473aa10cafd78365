/**
 * The flash array: pages that are erased and programmed whole, each with a spare area for the
 * memory manager (Nvm). Every erase or program is a numbered point at which the power can fail.
 */

import type { Meter } from './meter.js';
import { PowerLost } from './status-error.js';

/** Bytes of the spare area beside each page. */
export const SPARE_BYTES = 16;
const ERASED = 0xff;

/** What a page holds after the power failed while it was erased or programmed. */
export type TearVariant = 'lost' | 'half' | 'erased' | 'garbage';

/** Asked before each page operation; a variant cuts the power there. */
export type TearPort = (operation: 'program' | 'erase', page: number) => TearVariant | undefined;

/**
 * What a flash holds and how worn it is, without the pages that nothing ever happened to. It never
 * changes, so any number of cards can begin from it.
 */
export type FlashSnapshot = {
  /** Numbers of the pages: first those that are programmed, then erased ones that are worn. */
  readonly pages: Uint16Array;
  readonly programmed: number;
  /** Programmed pages with their spare areas, one after the other. */
  readonly content: Uint8Array;
  /** Erase cycles, then program cycles, of {@link pages}. */
  readonly cycles: Uint32Array;
};

export class Flash {
  /** Shared with copies and with blank flashes until the first write. */
  private content: Uint8Array;
  private shared: boolean;
  /** 1 for each page that is erased. */
  private readonly erased: Uint8Array;
  /** Erase cycles of each page since the card was made: a laboratory's view, not known to the card. */
  readonly eraseCycles: Uint32Array;
  /** How often each page was programmed, as {@link eraseCycles}. */
  readonly programCycles: Uint32Array;
  tear: TearPort | undefined;
  /** Whether the power failed in an operation since the memory manager last looked at the pages. */
  interrupted = false;

  constructor(
    readonly pageBytes: number,
    readonly pages: number,
    private readonly meter: Meter,
    image?: Uint8Array,
  ) {
    const size = pages * (pageBytes + SPARE_BYTES);
    if (image && image.length !== size)
      throw new RangeError(`a flash image has ${size} bytes, not ${image.length}`);
    this.content = image ? image.slice() : blank(size);
    this.shared = image === undefined;
    // One piece of memory for all three: a card is made as often as one is forked.
    const memory = new ArrayBuffer(9 * pages);
    this.eraseCycles = new Uint32Array(memory, 0, pages);
    this.programCycles = new Uint32Array(memory, 4 * pages, pages);
    this.erased = new Uint8Array(memory, 8 * pages).fill(1);
    if (image) for (let page = 0; page < pages; page++) this.lookAt(page);
  }

  /** All pages with their spare areas, to look at: only {@link erase} and {@link program} may change them. */
  get bytes(): Uint8Array {
    return this.content;
  }

  /** Where a page and its spare area stand in {@link bytes}. */
  offsetOf(page: number): number {
    return page * (this.pageBytes + SPARE_BYTES);
  }

  /** Data and spare area of a page, a view. */
  page(page: number): Uint8Array {
    const offset = this.offsetOf(page);
    return this.bytes.subarray(offset, offset + this.pageBytes + SPARE_BYTES);
  }

  isErased(page: number): boolean {
    return this.erased[page] === 1;
  }

  erase(page: number): void {
    this.meter.nvmPageErases++;
    this.eraseCycles[page]!++;
    this.operate('erase', page, new Uint8Array(this.pageBytes + SPARE_BYTES).fill(ERASED));
  }

  /** Programs an erased page. */
  program(page: number, content: Uint8Array): void {
    this.meter.nvmPageWrites++;
    this.programCycles[page]!++;
    this.operate('program', page, content);
  }

  snapshot(): FlashSnapshot {
    const programmed: number[] = [];
    const worn: number[] = [];
    for (let page = 0; page < this.pages; page++) {
      if (this.erased[page] === 0) programmed.push(page);
      else if (this.eraseCycles[page] !== 0 || this.programCycles[page] !== 0) worn.push(page);
    }
    const count = programmed.length + worn.length;
    const size = this.pageBytes + SPARE_BYTES;
    // One piece of memory for all three, wide numbers first: a population keeps very many of them.
    const memory = new ArrayBuffer(10 * count + size * programmed.length);
    const cycles = new Uint32Array(memory, 0, 2 * count);
    const pages = new Uint16Array(memory, 8 * count, count);
    const content = new Uint8Array(memory, 10 * count);
    pages.set(programmed);
    pages.set(worn, programmed.length);
    for (let i = 0; i < count; i++) {
      cycles[i] = this.eraseCycles[pages[i]!]!;
      cycles[count + i] = this.programCycles[pages[i]!]!;
    }
    for (let i = 0; i < programmed.length; i++) {
      const offset = this.offsetOf(programmed[i]!);
      content.set(this.bytes.subarray(offset, offset + size), i * size);
    }
    return { pages, programmed: programmed.length, content, cycles };
  }

  /** Becomes as `other`, a flash of the same size; the one that writes first makes a copy. */
  copyFrom(other: Flash): void {
    other.shared = true;
    this.shared = true;
    this.content = other.content;
    this.erased.set(other.erased);
    this.eraseCycles.set(other.eraseCycles);
    this.programCycles.set(other.programCycles);
    this.interrupted = other.interrupted;
  }

  /** Becomes the flash that the snapshot was taken of, which had as many pages of the same size. */
  restore({ pages, programmed, content, cycles }: FlashSnapshot): void {
    this.own();
    const size = this.pageBytes + SPARE_BYTES;
    for (let page = 0; page < this.pages; page++) {
      if (this.erased[page] === 0) this.page(page).fill(ERASED);
    }
    this.erased.fill(1);
    this.eraseCycles.fill(0);
    this.programCycles.fill(0);
    for (let i = 0; i < pages.length; i++) {
      const page = pages[i]!;
      this.eraseCycles[page] = cycles[i]!;
      this.programCycles[page] = cycles[pages.length + i]!;
      if (i >= programmed) continue;
      this.bytes.set(content.subarray(i * size, (i + 1) * size), this.offsetOf(page));
      this.erased[page] = 0;
    }
  }

  private operate(operation: 'program' | 'erase', page: number, target: Uint8Array): void {
    const cut = this.tear?.(operation, page);
    this.own();
    const now = this.page(page);
    if (cut === undefined) {
      now.set(target);
      this.erased[page] = operation === 'erase' ? 1 : 0;
      return;
    }
    if (cut === 'half') now.set(target.subarray(0, target.length >> 1));
    else if (cut === 'erased') now.fill(ERASED);
    else if (cut === 'garbage')
      for (let i = 0; i < now.length; i++) now[i] = (now[i]! * 167 + i * 73 + 41) & 0xff;
    this.lookAt(page);
    this.interrupted = true;
    throw new PowerLost();
  }

  private own(): void {
    if (!this.shared) return;
    this.content = this.content.slice();
    this.shared = false;
  }

  /** Finds out whether a page is erased. */
  private lookAt(page: number): void {
    this.erased[page] = this.page(page).every((byte) => byte === ERASED) ? 1 : 0;
  }
}

const BLANKS = new Map<number, Uint8Array>();

/** A flash that was never programmed: one for all of a size, as nobody writes to it. */
function blank(size: number): Uint8Array {
  const known = BLANKS.get(size);
  if (known) return known;
  const made = new Uint8Array(size).fill(ERASED);
  BLANKS.set(size, made);
  return made;
}
