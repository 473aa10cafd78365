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

export class Flash {
  readonly bytes: Uint8Array;
  /** Erase cycles of each page since the card was made: a laboratory's view, not known to the card. */
  readonly eraseCycles: Uint32Array;
  /** How often each page was programmed, as {@link eraseCycles}. */
  readonly programCycles: Uint32Array;
  tear: TearPort | undefined;

  constructor(
    readonly pageBytes: number,
    readonly pages: number,
    private readonly meter: Meter,
    image?: Uint8Array,
  ) {
    const size = pages * (pageBytes + SPARE_BYTES);
    if (image && image.length !== size)
      throw new RangeError(`a flash image has ${size} bytes, not ${image.length}`);
    this.bytes = image ? image.slice() : new Uint8Array(size).fill(ERASED);
    this.eraseCycles = new Uint32Array(pages);
    this.programCycles = new Uint32Array(pages);
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
    const offset = this.offsetOf(page);
    for (let i = offset + this.pageBytes + SPARE_BYTES - 1; i >= offset; i--) {
      if (this.bytes[i] !== ERASED) return false;
    }
    return true;
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

  private operate(operation: 'program' | 'erase', page: number, target: Uint8Array): void {
    const cut = this.tear?.(operation, page);
    const now = this.page(page);
    if (cut === undefined) {
      now.set(target);
      return;
    }
    if (cut === 'half') now.set(target.subarray(0, target.length >> 1));
    else if (cut === 'erased') now.fill(ERASED);
    else if (cut === 'garbage')
      for (let i = 0; i < now.length; i++) now[i] = (now[i]! * 167 + i * 73 + 41) & 0xff;
    throw new PowerLost();
  }
}
