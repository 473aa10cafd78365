/** The host's end of a GemPC Twin's serial line: one CCID message out, its answer back. */

import { equalBytes } from '../../apdu/index.js';
import { TransportError } from '../connection/transport-error.js';
import { CharacterQueue } from '../serial/character-queue.js';
import type { SerialLine } from '../serial/serial-line.js';
import { type CcidCommand, decodeAnswer, encodeCommand, type HeardAnswer } from './ccid.js';
import { encodeFrame, FrameReceiver, NAK_FRAME, SLOT_CHANGE } from './frame.js';

/** Frames that came damaged are asked for again this often. */
const ATTEMPTS = 3;
/** Beside the answer: echo, notices, requests for time (half an hour of them), late answers. */
const MOST_MESSAGES = 3_600;

export class HostLink {
  readonly #line: SerialLine;
  readonly #answerTimeoutMs: number;
  readonly #incoming = new CharacterQueue();
  #sequence = 0;
  #gone = false;

  /** `answerTimeoutMs`: how long the reader may take before it answers or asks for time. */
  constructor(line: SerialLine, answerTimeoutMs: number) {
    this.#line = line;
    this.#answerTimeoutMs = answerTimeoutMs;
    line.onData((bytes) => this.#incoming.push(bytes));
    void line.closed.then(() => {
      this.#gone = true;
      this.#incoming.end();
    });
  }

  /** @throws {TransportError} `no-reader` when the reader is silent or gone, `protocol` when it answers something else. */
  async ask(type: number, data: Uint8Array, specific: readonly number[] = [0, 0, 0]): Promise<HeardAnswer> {
    const sequence = this.#sequence;
    this.#sequence = (this.#sequence + 1) & 0xff;
    const command: CcidCommand = { type, slot: 0, sequence, specific: Uint8Array.from(specific), data };
    const frame = encodeFrame(encodeCommand(command));
    this.#incoming.clear();
    await this.#line.write(frame);
    const receiver = new FrameReceiver();
    for (let faults = 0, messages = 0; faults < ATTEMPTS && messages < MOST_MESSAGES; ) {
      const bytes = await this.#take(receiver.hasBegun);
      if (!bytes) {
        receiver.clear();
        faults++;
        await this.#line.write(NAK_FRAME);
        continue;
      }
      for (const received of receiver.push(bytes)) {
        if (received.kind === 'message') {
          const answer = this.#answerIn(received.frame, received.message, frame, sequence);
          if (answer) return answer;
          messages++;
          continue;
        }
        faults++;
        await this.#line.write(received.kind === 'refused' ? frame : NAK_FRAME);
      }
    }
    throw new TransportError(
      'io',
      'the line to the reader is too noisy: its answer came damaged three times',
    );
  }

  close(): Promise<void> {
    return this.#line.close();
  }

  /** The answer, or undefined for what comes beside it: the echo, a card going in or out, a request for time. */
  #answerIn(
    frame: Uint8Array,
    message: Uint8Array,
    sent: Uint8Array,
    sequence: number,
  ): HeardAnswer | undefined {
    if (equalBytes(frame, sent) || message[0] === SLOT_CHANGE) return undefined;
    const answer = decodeAnswer(message);
    // a late answer to what was given up
    if (answer.sequence !== sequence) return undefined;
    return answer.outcome === 'extension' ? undefined : answer;
  }

  /** What came; undefined for a frame that does not end. @throws {TransportError} where none has begun. */
  async #take(hasBegun: boolean): Promise<Uint8Array | undefined> {
    const bytes = await this.#incoming.take(Number.POSITIVE_INFINITY, this.#answerTimeoutMs);
    if (bytes || (hasBegun && !this.#gone)) return bytes;
    const why = this.#gone ? 'the line to the reader is gone' : 'the reader does not answer';
    throw new TransportError('no-reader', why);
  }
}
