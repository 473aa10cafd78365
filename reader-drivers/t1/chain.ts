/** An APDU cut into the information fields of a chain, and put together again (ISO/IEC 7816-3:2006, 11.6.2.3). */

import { concatBytes } from '../../apdu/index.js';
import type { SequenceNumber, T1Block } from './block.js';

const NOTHING: Uint8Array = new Uint8Array(0);

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
  #held = NOTHING;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes the next field; `undefined` while the chain goes on, `too long` beyond the limit. */
  take({ inf, more }: IBlock): Uint8Array | 'too long' | undefined {
    const whole = concatBytes(this.#held, inf);
    const isTooLong = whole.length > this.#limit;
    this.#held = more && !isTooLong ? whole : NOTHING;
    if (isTooLong) return 'too long';
    return more ? undefined : whole;
  }

  clear(): void {
    this.#held = NOTHING;
  }
}
