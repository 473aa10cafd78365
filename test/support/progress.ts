/** Progress of a long run on a terminal; silent where nobody watches. */

const REDRAW_MS = 200;

export class Progress {
  private drawn = 0;

  constructor(private readonly stream: NodeJS.WriteStream = process.stderr) {}

  /** Shows a line in place of the one before. */
  show(line: () => string): void {
    const now = Date.now();
    if (!this.stream.isTTY || now - this.drawn < REDRAW_MS) return;
    this.drawn = now;
    this.stream.write(`\r\u001b[2K${line()}`);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.stream.isTTY) this.stream.write('\r\u001b[2K');
  }
}
