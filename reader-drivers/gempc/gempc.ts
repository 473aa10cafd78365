/**
 * A whole serial reader as the GemPC Twin speaks: frames over a serial line, a CCID slot behind them, a card of
 * this process in the slot. An unmodified pcscd with the driver libccidtwin reads it.
 */

import { setTimeout as delay } from 'node:timers/promises';
import type { CardDevice } from '../connection/card-device.js';
import { openSerialLine, type SerialLine } from '../serial/serial-line.js';
import {
  CCID_COMMAND,
  type CcidCommand,
  decodeCommand,
  encodeAnswer,
  encodeSlotChange,
  encodeTimeExtension,
  SLOT_ERROR,
} from './ccid.js';
import { encodeFrame, FrameReceiver, NAK_FRAME, type Received } from './frame.js';
import { GemPcSlot, type SlotOptions } from './slot.js';

export type GemPcOptions = SlotOptions & {
  /** Told of each message of the host, by its type, for a log. */
  readonly onCommand?: (type: number) => void;
};

/** Line of the reader: 115,200 bits a second, 8N2. */
export const GEMPC_LINE = { baudRate: 115_200, parity: 'none', stopBits: 2 } as const;
/** A frame whose next character does not come for so long is damaged. */
const GAP_MS = 500;
/** While a card thinks, the reader says so this often. */
const EXTENSION_MS = 500;

/** Opens the serial line `path` and is a reader at its end, with `device` in the slot. @throws {TransportError} */
export async function serveGemPc(
  device: CardDevice,
  path: string,
  options: GemPcOptions,
): Promise<GemPcReaderEnd> {
  return new GemPcReaderEnd(device, await openSerialLine(path, GEMPC_LINE), options);
}

export class GemPcReaderEnd {
  /** Resolves when the line is gone, by {@link close} or because the other end went. */
  readonly ended: Promise<void>;
  readonly #line: SerialLine;
  readonly #slot: GemPcSlot;
  readonly #device: CardDevice;
  readonly #options: GemPcOptions;
  readonly #receiver = new FrameReceiver();
  #lastAnswer: Uint8Array = new Uint8Array(0);
  /** The host has not been told yet that the card went in or out: it hears of it after its next command. */
  #changed = false;
  #gap: NodeJS.Timeout | undefined;
  /** While a card thinks: what ends the wait for it, and with which error. */
  #thinking: { readonly wait: AbortController; error: number | undefined } | undefined;
  /** Messages are answered one after the other. */
  #work: Promise<void> = Promise.resolve();

  constructor(device: CardDevice, line: SerialLine, options: GemPcOptions) {
    this.#device = device;
    this.#line = line;
    this.#options = options;
    this.#slot = new GemPcSlot(device, options);
    this.ended = line.closed.then(() => {
      clearTimeout(this.#gap);
      this.#slot.remove();
    });
    line.onData((bytes) => this.#received(bytes));
  }

  get hasCard(): boolean {
    return this.#slot.hasCard;
  }

  /** Takes the card out; the host is told at its next question. */
  remove(): void {
    this.#changed ||= this.#slot.hasCard;
    this.#slot.remove();
    // what the card was about to answer went with it
    this.#endThinking(SLOT_ERROR.iccMute);
  }

  /** Puts the card in again. */
  insert(): void {
    this.#changed ||= !this.#slot.hasCard;
    this.#slot.insert(this.#device);
  }

  async close(): Promise<void> {
    this.#slot.remove();
    await this.#line.close();
    await this.ended;
  }

  #received(bytes: Uint8Array): void {
    clearTimeout(this.#gap);
    const all = this.#receiver.push(bytes);
    if (this.#receiver.hasBegun) this.#gap = setTimeout(() => this.#cutShort(), GAP_MS);
    for (const received of all) this.#queue(received);
  }

  #cutShort(): void {
    this.#receiver.clear();
    this.#queue({ kind: 'damaged' });
  }

  #queue(received: Received): void {
    if (this.#thinking && received.kind === 'message') this.#meanwhile(received);
    else this.#enqueue(received);
  }

  /** A command while another one runs: ABORT ends that one, anything else finds the slot busy (5.3.1, table 6.2-2). */
  #meanwhile(received: Extract<Received, { kind: 'message' }>): void {
    const command = decodeCommand(received.message);
    if (command.type === CCID_COMMAND.abort) {
      this.#endThinking(SLOT_ERROR.aborted);
      this.#enqueue(received);
      return;
    }
    const busy = encodeAnswer(command, this.#slot.refusal(command, SLOT_ERROR.busy).answer);
    // a line that is gone has told so by `ended`
    this.#write([received.frame, encodeFrame(busy)]).catch(() => undefined);
  }

  #enqueue(received: Received): void {
    this.#work = this.#work.then(() => this.#handle(received)).catch(() => this.#line.close());
  }

  async #handle(received: Received): Promise<void> {
    if (received.kind === 'damaged') return this.#line.write(NAK_FRAME);
    if (received.kind === 'refused') return this.#line.write(this.#lastAnswer);
    const { frame, message } = received;
    const command = decodeCommand(message);
    this.#options.onCommand?.(command.type);
    let { answer, delayMs } = this.#slot.answer(command);
    // this reader repeats what it understood before it answers
    const parts = [frame];
    if (this.#changed) parts.push(encodeFrame(encodeSlotChange(this.#slot.hasCard)));
    this.#changed = false;
    if (delayMs > 0) {
      await this.#write(parts);
      parts.length = 0;
      const error = await this.#think(command, delayMs);
      if (error !== undefined) answer = this.#slot.refusal(command, error).answer;
    }
    this.#lastAnswer = encodeFrame(encodeAnswer(command, answer));
    await this.#write([...parts, this.#lastAnswer]);
  }

  /** Waits as long as the card takes, and says so again and again; gives the error that ended it early. */
  async #think(command: CcidCommand, milliseconds: number): Promise<number | undefined> {
    const thinking = { wait: new AbortController(), error: undefined as number | undefined };
    this.#thinking = thinking;
    const { signal } = thinking.wait;
    try {
      for (let left = milliseconds; left > 0 && !signal.aborted; left -= EXTENSION_MS) {
        await delay(Math.min(left, EXTENSION_MS), undefined, { signal }).catch(() => undefined);
        if (left > EXTENSION_MS && !signal.aborted)
          await this.#write([encodeFrame(encodeTimeExtension(command, 1))]);
      }
    } finally {
      this.#thinking = undefined;
    }
    return thinking.error;
  }

  #endThinking(error: number): void {
    if (!this.#thinking) return;
    this.#thinking.error = error;
    this.#thinking.wait.abort();
  }

  #write(parts: readonly Uint8Array[]): Promise<void> {
    return this.#line.write(Buffer.concat(parts));
  }
}
