/** From characters to blocks: knows how many are still to come, and nothing of what they mean. */

import { type BlockFault, decodeBlock, type Edc, edcBytes, PROLOGUE_BYTES, type T1Block } from './block.js';

/** LEN = FF is no length (11.3.2.3): what comes with it is collected as if it were, and is no block. */
const RESERVED_LENGTH = 0xff;

/** What a character, or the silence after one, made of the block under way. */
export type Reception = 'incomplete' | { readonly block: T1Block | BlockFault };

/** Collects the characters of one block after another. */
export class BlockReceiver {
  readonly #edc: Edc;
  readonly #held = new Uint8Array(PROLOGUE_BYTES + RESERVED_LENGTH + 2);
  #length = 0;

  constructor(edc: Edc) {
    this.#edc = edc;
  }

  /** Takes the next character. */
  push(character: number): Reception {
    this.#held[this.#length++] = character;
    // until LEN has come that of an older block stands here: none is so short that it would end before its own
    if (this.#length < PROLOGUE_BYTES + this.#held[2]! + edcBytes(this.#edc)) return 'incomplete';
    return this.#finish(decodeBlock(this.#held.subarray(0, this.#length), this.#edc));
  }

  /**
   * Takes characters that came together. One too many after the end of a block means that one within it was
   * counted twice, which an LRC does not always tell: the block is void.
   */
  pushAll(characters: Uint8Array): Reception {
    for (const [index, character] of characters.entries()) {
      const reception = this.push(character);
      if (reception === 'incomplete') continue;
      return index + 1 === characters.length ? reception : this.#finish('other');
    }
    return 'incomplete';
  }

  /** The character waiting time ran out within a block: what there is of it is no block. */
  timeout(): Reception {
    return this.#length === 0 ? 'incomplete' : this.#finish('other');
  }

  /** Forgets what has come so far, as before the own transmission: only one end talks at a time. */
  clear(): void {
    this.#length = 0;
  }

  #finish(block: T1Block | BlockFault): Reception {
    this.clear();
    return { block };
  }
}
