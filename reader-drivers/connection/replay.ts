/** A recorded card: answers as the recording does, and only to the commands of the recording in their order. */

import { equalBytes, toHex, traceMasker } from '../../apdu/index.js';
import type { TracePacket } from '../trace/trace-packet.js';
import type { CardConnection } from './card-connection.js';
import { OneAtATime } from './one-at-a-time.js';
import { TransportError } from './transport-error.js';

export type ReplayOptions = {
  /** Which card of a recording of several; may be left out where there is one. */
  readonly card?: string;
};

/** What is said of a command: its header; data may be secret. */
const HEADER_BYTES = 4;

/**
 * Replays one card of a trace, strictly: every command and reset must be the next of the recording, byte for byte. A
 * recording whose secrets were masked takes any secret of the same length in their place, and answers zeros for those
 * of the card: what needs the secrets of an answer (a secure channel) can not go on from there.
 */
export class ReplayConnection implements CardConnection {
  readonly protocol = 'direct';
  readonly #packets: readonly TracePacket[];
  readonly #guard = new OneAtATime();
  readonly #masker = traceMasker();
  #next = 0;
  /** Commands replayed so far. */
  #exchanges = 0;
  #atr: Uint8Array;

  /** @throws {TransportError} `protocol` for a recording that does not begin with a reset, or has no such card. */
  constructor(packets: readonly TracePacket[], { card }: ReplayOptions = {}) {
    const cards = [...new Set(packets.map((packet) => packet.card))];
    const chosen = card ?? cards[0];
    if (chosen === undefined || !cards.includes(chosen) || (card === undefined && cards.length > 1)) {
      throw differs(`the recording is of ${cards.join(', ') || 'no card'}; name one of them`);
    }
    this.#packets = packets.filter((packet) => packet.card === chosen);
    this.#atr = this.#take('answer-to-reset', 'the recording does not begin with a reset of the card');
  }

  get atr(): Uint8Array {
    return this.#atr.slice();
  }

  /** Commands and resets of the recording that have not been asked for; 0 when all of it was replayed. */
  get left(): number {
    return this.#packets.slice(this.#next).filter(({ kind }) => kind !== 'response').length;
  }

  transmit(command: Uint8Array): Promise<Uint8Array> {
    return this.#guard.run(async () => this.#answer(command));
  }

  reset(): Promise<Uint8Array> {
    return this.#guard.run(async () => {
      this.#atr = this.#take(
        'answer-to-reset',
        `${this.#place()} the card was reset, which the recording has not there`,
      );
      this.#masker.reset();
      return this.atr;
    });
  }

  close(): Promise<void> {
    return this.#guard.close(() => {});
  }

  #answer(command: Uint8Array): Uint8Array {
    const place = this.#place();
    const sent = `${toHex(command.subarray(0, HEADER_BYTES)).toUpperCase()} and ${command.length - HEADER_BYTES} bytes more`;
    const recorded = this.#packets[this.#next];
    if (recorded === undefined) throw differs(`${place} the recording ends, and ${sent} was sent`);
    if (recorded.kind !== 'command')
      throw differs(`${place} the recording has a reset, and ${sent} was sent`);
    const answered = this.#packets[this.#next + 1];
    const response = answered?.kind === 'response' ? answered.bytes : new Uint8Array(0);
    const masked = this.#masker.mask({ command, response }).command;
    if (!equalBytes(command, recorded.bytes) && !equalBytes(masked, recorded.bytes)) {
      throw differs(`${place} ${sent} was sent; ${difference(command, recorded.bytes)}`);
    }
    this.#exchanges++;
    this.#next += response.length > 0 ? 2 : 1;
    if (response.length === 0)
      throw new TransportError('card-mute', `${place} the recorded card gave no answer`);
    return response.slice();
  }

  #take(kind: TracePacket['kind'], otherwise: string): Uint8Array {
    const packet = this.#packets[this.#next];
    if (packet?.kind !== kind) throw differs(otherwise);
    this.#next++;
    return packet.bytes.slice();
  }

  #place(): string {
    return `at exchange ${this.#exchanges + 1}`;
  }
}

/** Where a command parts from the recorded one, without a byte of its data. */
function difference(command: Uint8Array, recorded: Uint8Array): string {
  const header = recorded.subarray(0, HEADER_BYTES);
  if (!equalBytes(command.subarray(0, HEADER_BYTES), header)) {
    return `the recording has ${toHex(header).toUpperCase()} and ${recorded.length - HEADER_BYTES} bytes more`;
  }
  const at = recorded.findIndex((byte, i) => byte !== command[i]);
  return at < 0 || command.length !== recorded.length
    ? `the recorded one has ${recorded.length - HEADER_BYTES} bytes more`
    : `the recorded one differs from byte ${at + 1} on`;
}

function differs(what: string): TransportError {
  return new TransportError('protocol', what);
}
