/** An APDU cut into the information fields of a chain, and put together again (ISO/IEC 7816-3:2006, 11.6.2.3). */

import { concatBytes } from '../../apdu/index.js';
import type { SequenceNumber, T1Block } from './block.js';

export type IBlock = Extract<T1Block, { kind: 'I' }>;

/** The sending side: which I-block is out, and what is still to come. */
export class OutgoingChain {
  readonly #bytes: Uint8Array;
  #from = 0;
  #to = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The block after the one that was acknowledged, of at most `size` bytes. */
  next(size: number, ns: SequenceNumber): IBlock {
    this.#from = this.#to;
    this.#to = Math.min(this.#from + size, this.#bytes.length);
    return this.block(ns);
  }

  /** The block that is out, once more. */
  block(ns: SequenceNumber): IBlock {
    return { kind: 'I', ns, more: this.hasMore, inf: this.#bytes.subarray(this.#from, this.#to) };
  }

  /** Whether the block that is out has the M bit. */
  get hasMore(): boolean {
    return this.#to < this.#bytes.length;
  }
}

/** The receiving side. A chain longer than `limit` bytes belongs to nobody and is not kept. */
export class IncomingChain {
  readonly #limit: number;
  #parts: Uint8Array[] = [];
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes the next field; `undefined` while the chain goes on, `too long` beyond the limit. */
  take({ inf, more }: IBlock): Uint8Array | 'too long' | undefined {
    this.#length += inf.length;
    if (this.#length > this.#limit) {
      this.clear();
      return 'too long';
    }
    this.#parts.push(inf);
    if (more) return undefined;
    const whole = concatBytes(...this.#parts);
    this.clear();
    return whole;
  }

  get isOpen(): boolean {
    return this.#parts.length > 0;
  }

  clear(): void {
    this.#parts = [];
    this.#length = 0;
  }
}
