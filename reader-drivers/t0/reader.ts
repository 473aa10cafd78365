/**
 * The reader's end of T=0 as a state machine (ISO/IEC 7816-3:2006, 10.3): characters of the card go in, what to
 * send or to wait for comes out.
 */

import { concatBytes } from '../../apdu/index.js';
import { isStatusByte, NULL_BYTE, type T0Command } from './tpdu.js';

export type T0Failure =
  /** Nothing came within the waiting time. */
  | 'mute'
  /** What came is neither NULL, nor an acknowledgement, nor the beginning of a status word. */
  | 'procedure byte';

export type T0ReaderStep =
  /** Send the bytes, then wait for a character. */
  | { readonly kind: 'send'; readonly bytes: Uint8Array }
  /** Wait for a character, at most the waiting time. */
  | { readonly kind: 'receive' }
  | { readonly kind: 'response'; readonly response: Uint8Array }
  /** The exchange is over, and whether the card executed the command is not known: only a reset helps. */
  | { readonly kind: 'failed'; readonly reason: T0Failure };

const RECEIVE: T0ReaderStep = { kind: 'receive' };

export class T0Reader {
  readonly #command: T0Command;
  #sent = 0;
  readonly #received: Uint8Array;
  #length = 0;
  /** Data bytes that the last procedure byte announced. */
  #announced = 0;
  #sw1: number | undefined;

  constructor(command: T0Command) {
    this.#command = command;
    this.#received = new Uint8Array(command.expected);
  }

  /** Begins the exchange. */
  start(): T0ReaderStep {
    return { kind: 'send', bytes: this.#command.header };
  }

  character(byte: number): T0ReaderStep {
    if (this.#announced > 0) {
      this.#received[this.#length++] = byte;
      this.#announced--;
      return RECEIVE;
    }
    if (this.#sw1 !== undefined) {
      const status = Uint8Array.of(this.#sw1, byte);
      return { kind: 'response', response: concatBytes(this.#received.subarray(0, this.#length), status) };
    }
    return this.#procedure(byte);
  }

  /** The waiting time ran out. */
  timeout(): T0ReaderStep {
    return { kind: 'failed', reason: 'mute' };
  }

  #procedure(byte: number): T0ReaderStep {
    if (byte === NULL_BYTE) return RECEIVE;
    const ins = this.#command.header[1]!;
    if (byte === ins) return this.#transfer(Number.POSITIVE_INFINITY);
    if (byte === (ins ^ 0xff)) return this.#transfer(1);
    if (!isStatusByte(byte)) return { kind: 'failed', reason: 'procedure byte' };
    this.#sw1 = byte;
    return RECEIVE;
  }

  /** ACK: all data that are left; inverted ACK: one byte of them. */
  #transfer(atMost: number): T0ReaderStep {
    const { data, expected } = this.#command;
    if (data.length > this.#sent) {
      const from = this.#sent;
      this.#sent = Math.min(data.length, from + atMost);
      return { kind: 'send', bytes: data.subarray(from, this.#sent) };
    }
    // more than was announced can not be: the acknowledgement of nothing is no procedure byte
    if (expected === this.#length) return { kind: 'failed', reason: 'procedure byte' };
    this.#announced = Math.min(expected - this.#length, atMost);
    return RECEIVE;
  }
}
