/** How much one caller may ask, and how much is taken on at once: beyond that the answer is "later". */

import type { Clock } from '../clock.js';

/** Largest body; the largest operation carries one sealed document. */
export const MOST_BODY_BYTES = 256 * 1024;

/** Requests of each caller, counted by whole seconds. */
export class RateLimit {
  private readonly counts = new Map<string, number>();
  private second = 0;

  constructor(
    private readonly clock: Clock,
    private readonly mostASecond: number,
  ) {}

  /** Counts one more; whether that is still within the limit. */
  admit(caller: string): boolean {
    const now = this.clock.now();
    if (now !== this.second) {
      this.counts.clear();
      this.second = now;
    }
    const count = (this.counts.get(caller) ?? 0) + 1;
    this.counts.set(caller, count);
    return count <= this.mostASecond;
  }
}

/** Requests that are being worked on. */
export class Workload {
  private current = 0;
  private idle: (() => void) | undefined;

  constructor(private readonly most: number) {}

  get size(): number {
    return this.current;
  }

  /** Runs `work` if there is room; `undefined` when there is none. */
  async run<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.current >= this.most) return undefined;
    this.current++;
    try {
      return await work();
    } finally {
      this.current--;
      if (this.current === 0) this.idle?.();
    }
  }

  /** Resolves when nothing is being worked on. */
  whenIdle(): Promise<void> {
    if (this.current === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.idle = resolve;
    });
  }
}
