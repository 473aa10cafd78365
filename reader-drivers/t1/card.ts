/**
 * The card's end of T=1 as a state machine (ISO/IEC 7816-3:2006, 11.6.3). The card never speaks first: every
 * step answers a block. It counts no attempts: who gives up is the reader (rule 7.4), and a card that goes on
 * asking is in reception mode all the same.
 */

import type { SequenceNumber, T1Block } from './block.js';
import { IncomingChain, OutgoingChain } from './chain.js';
import { errorOf, type Heard } from './reception.js';

export type T1CardStep =
  | { readonly kind: 'send'; readonly block: T1Block }
  /** A whole command has come: hand its response to {@link T1Card.respond}, after {@link T1Card.extend} if that takes long. */
  | { readonly kind: 'command'; readonly command: Uint8Array }
  /** The reader granted the waiting time asked for. */
  | { readonly kind: 'extended' }
  /** Nothing is sent. */
  | { readonly kind: 'silence' };

const SILENCE: T1CardStep = { kind: 'silence' };
/** What a reader takes until it says otherwise (11.4.2). */
const DEFAULT_IFSD = 32;

const flip = (number: SequenceNumber): SequenceNumber => (number === 0 ? 1 : 0);

export class T1Card {
  #ns: SequenceNumber = 0;
  #nr: SequenceNumber = 0;
  #ifsd = DEFAULT_IFSD;
  #outgoing: OutgoingChain | undefined;
  /** Whether the I-block with number `#ns` is out and not acknowledged. */
  #outstanding = false;
  readonly #incoming: IncomingChain;
  /** What was sent last, for a reader that did not hear it. */
  #last: T1Block = { kind: 'R', nr: 0, error: 'none' };

  /** `maxCommandBytes`: the longest command that is put together; a longer chain is broken off. */
  constructor({ maxCommandBytes }: { readonly maxCommandBytes: number }) {
    this.#incoming = new IncomingChain(maxCommandBytes);
  }

  /** What the reader sent. Silence is nothing to a card: it waits. */
  heard(heard: Heard): T1CardStep {
    if (heard === 'silence') return SILENCE;
    if (typeof heard === 'string') return this.#again(heard);
    switch (heard.kind) {
      case 'I':
        return this.#information(heard);
      case 'R':
        return this.#reception(heard.nr);
      case 'S':
        return heard.direction === 'request' ? this.#request(heard) : this.#response(heard);
    }
  }

  /** The response to the command that came. */
  respond(response: Uint8Array): T1CardStep {
    this.#outgoing = new OutgoingChain(response);
    this.#outstanding = true;
    return this.#send(this.#outgoing.next(this.#ifsd, this.#ns));
  }

  /** Asks for `multiplier` block waiting times, 1 to 255, before the response (11.4.3). */
  extend(multiplier: number): T1CardStep {
    return this.#send({ kind: 'S', function: 'WTX', direction: 'request', value: multiplier });
  }

  #information(block: Extract<T1Block, { kind: 'I' }>): T1CardStep {
    const midChain = this.#outstanding && this.#outgoing!.hasMore;
    if (block.ns !== this.#nr || midChain) return this.#again('other');
    if (this.#outstanding) this.#ns = flip(this.#ns);
    this.#outstanding = false;
    this.#nr = flip(this.#nr);
    const whole = this.#incoming.take(block);
    if (whole === 'too long') {
      return this.#send({ kind: 'S', function: 'ABORT', direction: 'request', value: 0 });
    }
    if (whole) return { kind: 'command', command: whole };
    return this.#send({ kind: 'R', nr: this.#nr, error: 'none' });
  }

  #reception(nr: SequenceNumber): T1CardStep {
    if (this.#outstanding) {
      if (nr === this.#ns) return this.#send(this.#outgoing!.block(this.#ns));
      if (!this.#outgoing!.hasMore) return this.#again('other');
      this.#ns = flip(this.#ns);
      return this.#send(this.#outgoing!.next(this.#ifsd, this.#ns));
    }
    return this.#send(this.#last);
  }

  #request({ function: name, value }: Extract<T1Block, { kind: 'S' }>): T1CardStep {
    // only a card asks for waiting time (rule 3)
    if (name === 'WTX') return this.#again('other');
    if (name === 'IFS') this.#ifsd = value;
    if (name === 'RESYNCH') this.#startAnew();
    if (name === 'ABORT') {
      this.#incoming.clear();
      if (this.#outstanding) this.#ns = flip(this.#ns);
      this.#outstanding = false;
    }
    return this.#send({ kind: 'S', function: name, direction: 'response', value });
  }

  #response(block: Extract<T1Block, { kind: 'S' }>): T1CardStep {
    const asked = this.#last;
    const answers = asked.kind === 'S' && asked.function === block.function && asked.value === block.value;
    if (!answers) return this.#again('other');
    if (block.function === 'WTX') return { kind: 'extended' };
    // after ABORT the card gives the right to send back (rule 9)
    return this.#send({ kind: 'R', nr: this.#nr, error: 'none' });
  }

  #startAnew(): void {
    this.#ns = 0;
    this.#nr = 0;
    this.#ifsd = DEFAULT_IFSD;
    this.#outstanding = false;
    this.#outgoing = undefined;
    this.#incoming.clear();
  }

  #again(heard: Exclude<Heard, T1Block>): T1CardStep {
    const request = this.#last.kind === 'S' && this.#last.direction === 'request';
    return this.#send(request ? this.#last : { kind: 'R', nr: this.#nr, error: errorOf(heard) });
  }

  #send(block: T1Block): T1CardStep {
    this.#last = block;
    return { kind: 'send', block };
  }
}
