/** Characters that have come and are not taken yet, and waiting for the next. */

export class CharacterQueue {
  #pieces: Uint8Array[] = [];
  #wake: (() => void) | undefined;
  #ended = false;

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#pieces.push(bytes);
    this.#wake?.();
  }

  get isEmpty(): boolean {
    return this.#pieces.length === 0;
  }

  /** Forgets what is there; returns how many characters that were. */
  clear(): number {
    const length = this.#pieces.reduce((sum, piece) => sum + piece.length, 0);
    this.#pieces = [];
    return length;
  }

  /** Nothing will come any more: whoever waits is told at once. */
  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** The next characters, all that are there but at most `limit`; `undefined` when none comes within `milliseconds`. */
  async take(limit: number, milliseconds: number): Promise<Uint8Array | undefined> {
    if (this.isEmpty && !this.#ended) await this.#wait(milliseconds);
    const [first] = this.#pieces;
    if (first === undefined) return undefined;
    if (first.length <= limit) this.#pieces.shift();
    else this.#pieces[0] = first.subarray(limit);
    return first.subarray(0, limit);
  }

  #wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      this.#wake = end;
    });
  }
}
