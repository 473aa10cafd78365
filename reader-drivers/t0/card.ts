/**
 * The card's end of T=0 as a state machine (ISO/IEC 7816-3:2006, 10.3 and 12.2), between a reader and a card
 * that speaks in APDUs: it knows from the header in which direction data go, keeps a response that waits for
 * GET RESPONSE, and never has a command executed twice for the sake of a length.
 */

import { concatBytes, equalBytes } from '../../apdu/index.js';

export type T0CardStep =
  /** Send the bytes; then wait for the next character. */
  | { readonly kind: 'send'; readonly bytes: Uint8Array }
  | { readonly kind: 'receive' }
  /** A whole command has come; its response goes to {@link T0Card.respond}. NULL may be sent meanwhile. */
  | { readonly kind: 'command'; readonly command: Uint8Array };

export type T0CardOptions = {
  /** Whether data come with the command of this header: T=0 does not say so itself (12.2.2). */
  readonly takesData: (header: Uint8Array) => boolean;
  /** Asks for data all at once (ACK) or byte by byte (inverted ACK); readers must know both. */
  readonly acknowledge?: 'all' | 'one by one';
};

const RECEIVE: T0CardStep = { kind: 'receive' };
const HEADER_BYTES = 5;

/** A response that was announced by 61xx or 6Cxx and waits to be fetched. */
type Waiting = {
  readonly data: Uint8Array;
  readonly status: Uint8Array;
  /** Header that fetches it, without P3. */
  readonly by: Uint8Array;
};

export class T0Card {
  readonly #takesData: (header: Uint8Array) => boolean;
  readonly #oneByOne: boolean;
  readonly #header = new Uint8Array(HEADER_BYTES);
  #headerLength = 0;
  #data = new Uint8Array(0);
  #dataLength = 0;
  #waiting: Waiting | undefined;

  constructor({ takesData, acknowledge = 'all' }: T0CardOptions) {
    this.#takesData = takesData;
    this.#oneByOne = acknowledge === 'one by one';
  }

  character(byte: number): T0CardStep {
    if (this.#headerLength < HEADER_BYTES) return this.#headerCharacter(byte);
    this.#data[this.#dataLength++] = byte;
    if (this.#dataLength < this.#data.length) {
      return this.#oneByOne ? this.#acknowledge() : RECEIVE;
    }
    return this.#execute(concatBytes(this.#header, this.#data));
  }

  /** The response APDU to the command that came. */
  respond(response: Uint8Array): T0CardStep {
    const data = response.subarray(0, -2);
    const status = response.subarray(-2);
    if (data.length === 0) return this.#end(status);
    // case 4: the header has no place for Le, so the data wait for GET RESPONSE
    if (this.#data.length > 0) return this.#keep({ data, status, by: this.#getResponse() });
    return this.#release({ data, status, by: this.#header.slice(0, 4) });
  }

  #headerCharacter(byte: number): T0CardStep {
    this.#header[this.#headerLength++] = byte;
    if (this.#headerLength < HEADER_BYTES) return RECEIVE;
    const p3 = this.#header[4]!;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#dataLength = 0;
    this.#data = new Uint8Array(0);
    if (waiting && equalBytes(waiting.by, this.#header.subarray(0, 4))) return this.#release(waiting);
    if (!this.#takesData(this.#header)) return this.#execute(this.#header);
    if (p3 === 0) return this.#execute(this.#header.subarray(0, 4));
    this.#data = new Uint8Array(p3);
    return this.#acknowledge();
  }

  #execute(command: Uint8Array): T0CardStep {
    return { kind: 'command', command: command.slice() };
  }

  #acknowledge(): T0CardStep {
    const ins = this.#header[1]!;
    return { kind: 'send', bytes: Uint8Array.of(this.#oneByOne ? ins ^ 0xff : ins) };
  }

  /** Sends exactly P3 bytes, as it must once it has acknowledged; what does not fit is announced instead. */
  #release(response: Waiting): T0CardStep {
    const p3 = this.#header[4]! || 256;
    const { data, status } = response;
    if (data.length < p3) {
      this.#waiting = response;
      return this.#end(Uint8Array.of(0x6c, data.length));
    }
    const sent = this.#acknowledged(data.subarray(0, p3));
    if (data.length === p3) return this.#end(concatBytes(sent, status));
    const rest = { data: data.subarray(p3), status, by: this.#getResponse() };
    this.#waiting = rest;
    return this.#end(concatBytes(sent, announcement(rest.data)));
  }

  #keep(response: Waiting): T0CardStep {
    this.#waiting = response;
    return this.#end(announcement(response.data));
  }

  /** The header of GET RESPONSE on the logical channel of the command. */
  #getResponse(): Uint8Array {
    return Uint8Array.of(this.#header[0]! & 0x03, 0xc0, 0x00, 0x00);
  }

  /** Data under one acknowledgement, or one under each. */
  #acknowledged(data: Uint8Array): Uint8Array {
    const ins = this.#header[1]!;
    if (!this.#oneByOne) return concatBytes(Uint8Array.of(ins), data);
    return Uint8Array.from([...data].flatMap((byte) => [ins ^ 0xff, byte]));
  }

  #end(bytes: Uint8Array): T0CardStep {
    this.#headerLength = 0;
    return { kind: 'send', bytes };
  }
}

/** 61xx: xx bytes wait; 256, the most that a short command is answered, are 00 in a byte. */
function announcement(data: Uint8Array): Uint8Array {
  return Uint8Array.of(0x61, data.length);
}
