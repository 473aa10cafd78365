import { TransportError } from './transport-error.js';

/**
 * Guards a connection: one operation at a time, none after closing.
 * A card has one I/O line; two callers who interleave commands would read each other's answers.
 */
export class OneAtATime {
  #running: Promise<unknown> | undefined;
  #closed = false;

  /** Runs `operation`. @throws {TransportError} `closed` or `busy`. */
  async run<T>(operation: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new TransportError('closed', 'the connection to the card is closed');
    if (this.#running !== undefined) throw new TransportError('busy', 'the last command is not answered yet');
    const running = operation();
    this.#running = running;
    try {
      return await running;
    } finally {
      this.#running = undefined;
    }
  }

  /** Runs `operation` when the one under way has ended. @throws {TransportError} as {@link run}. */
  async runNext<T>(operation: () => Promise<T>): Promise<T> {
    await this.#running?.catch(() => undefined);
    return this.run(operation);
  }

  /** Refuses further operations, waits for the one under way, then runs `release`; only the first call does. */
  async close(release: () => void | Promise<void>): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#running?.catch(() => undefined);
    await release();
  }
}
