/** Two ends of a serial line in memory, on which a fault may hit characters. */

import type { SerialLine } from '../../../reader-drivers/index.js';
import { FaultyLine, NO_FAULTS, type Plan } from './faulty-line.js';

export class MemoryLine {
  readonly host = new LineEnd(this);
  readonly card = new LineEnd(this);
  #line = new FaultyLine(NO_FAULTS);
  #reset: { readonly at: number; readonly now: () => void } | undefined;

  /** Faults by `plan` from now on; characters are counted anew. */
  begin(plan: Plan): void {
    this.#line = new FaultyLine(plan);
    this.#reset = undefined;
  }

  /** Calls `now` in the place of character `at` of either direction; the rest of its burst is lost. */
  interruptAt(at: number, now: () => void): void {
    this.begin(NO_FAULTS);
    this.#reset = { at, now };
  }

  /** Bursts ever sent, for a clock that goes on when nothing happens. */
  bursts = 0;

  /** Characters since {@link begin}. */
  get carried(): number {
    return this.#line.carried;
  }

  /** From one end to the other, later: no end hears itself think. */
  carry(from: LineEnd, bytes: Uint8Array): void {
    this.bursts++;
    const to = from === this.host ? this.card : this.host;
    const reset = this.#reset;
    const left = reset ? reset.at - this.#line.carried : Number.POSITIVE_INFINITY;
    const { bytes: heard } = this.#line.carry(bytes);
    if (reset && left < bytes.length) {
      this.#reset = undefined;
      setImmediate(() => {
        to.hear(bytes.slice(0, left));
        reset.now();
      });
      return;
    }
    setImmediate(() => to.hear(heard));
  }
}

class LineEnd implements SerialLine {
  readonly closed: Promise<void>;
  sent = 0;
  received = 0;
  #close!: () => void;
  #listener: (bytes: Uint8Array) => void = () => undefined;

  constructor(private readonly line: MemoryLine) {
    this.closed = new Promise((resolve) => {
      this.#close = resolve;
    });
  }

  hear(bytes: Uint8Array): void {
    this.received += bytes.length;
    if (bytes.length > 0) this.#listener(bytes);
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.sent += bytes.length;
    this.line.carry(this, bytes.slice());
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#listener = listener;
  }

  async setBaudRate(): Promise<void> {}

  async drive(): Promise<void> {}

  async close(): Promise<void> {
    this.#close();
  }
}
