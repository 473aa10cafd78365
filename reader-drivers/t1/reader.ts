/**
 * The reader's end of T=1 as a state machine (ISO/IEC 7816-3:2006, 11.6.3): what was heard goes in, what is to
 * be sent or told comes out. It knows no line and no clock; whoever drives it sends the block, waits for an
 * answer and says what it was.
 */

import type { SequenceNumber, T1Block } from './block.js';
import { IncomingChain, OutgoingChain } from './chain.js';
import { ATTEMPTS, errorOf, type Heard } from './reception.js';

/** Why an exchange has failed for good. Whether the card has executed the command is not known in any of them. */
export type T1Failure =
  /** The card did not answer, RESYNCH included: only a reset helps. */
  | 'mute'
  /** Both ends lost track and began anew: the next command is fine. */
  | 'resynchronised'
  /** The card broke off a chain (S(ABORT)): the next command is fine. */
  | 'aborted'
  /** The answer is longer than any answer. */
  | 'too long';

export type T1ReaderStep =
  /** Send the block; its answer begins within `bwtMultiplier` block waiting times. */
  | { readonly kind: 'send'; readonly block: T1Block; readonly bwtMultiplier: number }
  | { readonly kind: 'response'; readonly response: Uint8Array }
  | { readonly kind: 'failed'; readonly reason: T1Failure };

/** 65,536 data bytes and the status word. */
const MAX_RESPONSE = 65538;

const flip = (number: SequenceNumber): SequenceNumber => (number === 0 ? 1 : 0);

type Pending = 'ifs' | 'resynch' | 'exchange';

export class T1Reader {
  #ns: SequenceNumber = 0;
  #nr: SequenceNumber = 0;
  #ifsc: number;
  readonly #ifsd: number;
  #pending: Pending = 'exchange';
  /** The command under way; its block out is not acknowledged while `#outstanding`. */
  #outgoing = new OutgoingChain(new Uint8Array(0));
  #outstanding = false;
  readonly #incoming = new IncomingChain(MAX_RESPONSE);
  #last: T1Block = { kind: 'R', nr: 0, error: 'none' };
  /** Attempts in a row without an error-free block. */
  #attempts = 0;
  #aborted = false;
  /** Whether the card heard of `#ifsd`; until then it sends at most 32 bytes. */
  #ifsTold = false;
  #command: Uint8Array | undefined;

  /** `ifsc`: the card's information field size of its ATR; `ifsd`: what this reader takes, told to the card first. */
  constructor({ ifsc, ifsd }: { readonly ifsc: number; readonly ifsd: number }) {
    this.#ifsc = ifsc;
    this.#ifsd = ifsd;
  }

  /** Begins an exchange; the last one has ended. */
  start(command: Uint8Array): T1ReaderStep {
    this.#attempts = 0;
    this.#aborted = false;
    this.#incoming.clear();
    if (this.#ifsTold || this.#ifsd === 32) return this.#begin(command);
    this.#command = command;
    this.#pending = 'ifs';
    return this.#send({ kind: 'S', function: 'IFS', direction: 'request', value: this.#ifsd });
  }

  /** What the card answered to the last block. */
  heard(heard: Heard): T1ReaderStep {
    if (typeof heard === 'string') return this.#again(heard);
    switch (this.#pending) {
      case 'resynch':
        return isResponse(heard, 'RESYNCH') ? this.#resynchronised() : this.#again('other');
      case 'ifs':
        return this.#ifsAnswered(heard);
      case 'exchange':
        return this.#exchanged(heard);
    }
  }

  #begin(command: Uint8Array): T1ReaderStep {
    this.#pending = 'exchange';
    this.#outgoing = new OutgoingChain(command);
    this.#outstanding = true;
    return this.#send(this.#outgoing.next(this.#ifsc, this.#ns));
  }

  #ifsAnswered(block: T1Block): T1ReaderStep {
    if (isResponse(block, 'IFS') && block.value === this.#ifsd) {
      this.#ifsTold = true;
      this.#attempts = 0;
      return this.#begin(this.#command!);
    }
    return this.#again('other');
  }

  #exchanged(block: T1Block): T1ReaderStep {
    switch (block.kind) {
      case 'I':
        return this.#information(block);
      case 'R':
        return this.#reception(block.nr);
      case 'S':
        return this.#supervisory(block);
    }
  }

  #information(block: Extract<T1Block, { kind: 'I' }>): T1ReaderStep {
    // No single fault makes a card send another number: it began anew, and an R-block would acknowledge what it sent.
    if (block.ns !== this.#nr) return this.#resynchronise();
    // rule 2.1: an I-block acknowledges the last block of a chain, and no other
    if (this.#outstanding && this.#outgoing.hasMore) return this.#again('other');
    this.#attempts = 0;
    if (this.#outstanding) this.#ns = flip(this.#ns);
    this.#outstanding = false;
    this.#nr = flip(this.#nr);
    const whole = this.#incoming.take(block);
    if (whole === 'too long') return { kind: 'failed', reason: 'too long' };
    if (whole) return { kind: 'response', response: whole };
    return this.#send({ kind: 'R', nr: this.#nr, error: 'none' });
  }

  #reception(nr: SequenceNumber): T1ReaderStep {
    if (this.#aborted) return { kind: 'failed', reason: 'aborted' };
    if (this.#outstanding) {
      // rule 7.2.3 in spirit: the number of the block that is out asks for it again, the other one for the next
      if (nr === this.#ns) return this.#repeat(this.#outgoing.block(this.#ns));
      if (!this.#outgoing.hasMore) return this.#again('other');
      this.#attempts = 0;
      this.#ns = flip(this.#ns);
      return this.#send(this.#outgoing.next(this.#ifsc, this.#ns));
    }
    // The card did not get our acknowledgement.
    return this.#repeat({ kind: 'R', nr: this.#nr, error: 'none' });
  }

  #supervisory(block: Extract<T1Block, { kind: 'S' }>): T1ReaderStep {
    const { function: name, value, direction } = block;
    // rule 6.1: only the reader may ask for RESYNCH; and a response nobody asked for is no answer
    if (direction === 'response' || name === 'RESYNCH') return this.#again('other');
    this.#attempts = 0;
    if (name === 'IFS') this.#ifsc = value;
    if (name === 'ABORT') {
      this.#incoming.clear();
      this.#aborted = true;
      if (this.#outstanding) this.#ns = flip(this.#ns);
      this.#outstanding = false;
    }
    const response: T1Block = { kind: 'S', function: name, direction: 'response', value };
    return this.#send(response, name === 'WTX' ? value : 1);
  }

  #resynchronised(): T1ReaderStep {
    this.#ns = 0;
    this.#nr = 0;
    this.#attempts = 0;
    this.#outstanding = false;
    this.#incoming.clear();
    this.#pending = 'exchange';
    // the card is back at its initial parameters (rule 6.4)
    this.#ifsTold = false;
    return { kind: 'failed', reason: 'resynchronised' };
  }

  /** Nothing usable was heard: say so, or repeat the request that was not answered (rules 7.1 to 7.3). */
  #again(heard: Exclude<Heard, T1Block>): T1ReaderStep {
    const request = this.#last.kind === 'S' && this.#last.direction === 'request';
    return this.#repeat(request ? this.#last : { kind: 'R', nr: this.#nr, error: errorOf(heard) });
  }

  /** Another attempt; after three the ends resynchronise, after three of those the card is mute (rule 7.4, 7.5). */
  #repeat(block: T1Block): T1ReaderStep {
    this.#attempts++;
    if (this.#attempts < ATTEMPTS) return this.#send(block);
    if (this.#pending === 'resynch') return { kind: 'failed', reason: 'mute' };
    return this.#resynchronise();
  }

  #resynchronise(): T1ReaderStep {
    this.#pending = 'resynch';
    this.#attempts = 0;
    return this.#send({ kind: 'S', function: 'RESYNCH', direction: 'request', value: 0 });
  }

  #send(block: T1Block, bwtMultiplier = 1): T1ReaderStep {
    this.#last = block;
    return { kind: 'send', block, bwtMultiplier };
  }
}

function isResponse(block: T1Block, name: 'RESYNCH' | 'IFS'): block is Extract<T1Block, { kind: 'S' }> {
  return block.kind === 'S' && block.function === name && block.direction === 'response';
}
