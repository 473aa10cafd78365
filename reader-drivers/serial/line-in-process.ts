/** A device of this process as a bare card on a line without wires, some hundred times faster than on one. */

import type { CardDevice } from '../connection/card-device.js';
import { TransportError } from '../connection/transport-error.js';
import type { CardLine } from '../line/card-line.js';
import { BareLine } from './bare-line.js';
import { DEFAULT_CLOCK_HZ, SerialCardEnd, type SerialCardOptions } from './card-end.js';
import type { SerialLine } from './serial-line.js';

/** Waiting times last 1/100 of what they do at a card: nothing but computing takes time here. */
export const IN_PROCESS_CLOCK_HZ = 100 * DEFAULT_CLOCK_HZ;

/** Beyond the waiting time, milliseconds: the card's own timers fire first. */
const SLACK_MS = 4;

/** The contacts of `device`; {@link CardLine.reset} brings it to life. */
export function lineInProcess(device: CardDevice, options: SerialCardOptions): CardLine {
  const { clockHz = IN_PROCESS_CLOCK_HZ } = options;
  const [reader, card] = joinedLines();
  const end = new SerialCardEnd(device, card, { ...options, clockHz });
  const reset = {
    reset: async (_: SerialLine, held?: () => void) => {
      held?.();
      end.reset();
    },
    release: async () => end.powerOff(),
  };
  return new BareLine(reader, { reset, clockHz, slackMs: SLACK_MS });
}

/** The two ends of a line. What is sent at another speed than it is heard at arrives as something else. */
export function joinedLines(): readonly [SerialLine, SerialLine] {
  const one = new JoinedLine();
  const other = new JoinedLine();
  one.far = other;
  other.far = one;
  return [one, other];
}

const GARBLED = 0x5a;

class JoinedLine implements SerialLine {
  readonly closed: Promise<void>;
  far: JoinedLine | undefined;
  sent = 0;
  received = 0;
  #speed: number | undefined;
  #isClosed = false;
  #listener: (bytes: Uint8Array) => void = () => undefined;
  #end: () => void = () => undefined;

  constructor() {
    this.closed = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#isClosed) throw new TransportError('closed', 'the line is closed');
    this.sent += bytes.length;
    this.far?.heard(bytes.slice(), this.#speed);
  }

  heard(bytes: Uint8Array, speed: number | undefined): void {
    this.received += bytes.length;
    const same = speed === undefined || this.#speed === undefined || speed === this.#speed;
    this.#listener(same ? bytes : bytes.map((byte) => byte ^ GARBLED));
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#listener = listener;
  }

  async setBaudRate(baudRate: number): Promise<void> {
    this.#speed = baudRate;
  }

  async drive(name: 'rts' | 'dtr'): Promise<void> {
    throw new TransportError('io', `this line has no ${name.toUpperCase()}`);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#end();
    await this.far?.close();
  }
}
