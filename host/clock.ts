/** Time behind a port, so that a run can be repeated. */

/** Says what time it is. */
export interface Clock {
  /** Seconds since 1970-01-01T00:00:00Z. */
  now(): number;
}

/** The operating system's clock. */
export const systemClock: Clock = { now: () => Math.floor(Date.now() / 1000) };

/** A clock that a scenario sets and moves. */
export class ManualClock implements Clock {
  constructor(private seconds: number) {}

  now(): number {
    return this.seconds;
  }

  /** Lets `seconds` pass. */
  advance(seconds: number): void {
    this.seconds += seconds;
  }
}
