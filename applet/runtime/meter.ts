/** The meter: what one command used, in units that no clock can blur. */

import type { OperationName } from './operations.js';

/** How often an operation ran on inputs of one length (bytes). */
export type OperationCount = {
  readonly name: OperationName;
  readonly length: number;
  readonly count: number;
};

/** What a command used. Deterministic: the same card image and command give the same figures. */
export type CommandFigures = {
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Highest number of RAM bytes in use at once, reserved segments included. */
  readonly ramPeakBytes: number;
  /** Bytes of persistent memory that the card's programs wrote. */
  readonly nvmBytes: number;
  readonly nvmPageWrites: number;
  readonly nvmPageErases: number;
  readonly operations: readonly OperationCount[];
};

/** Collects the figures of the command in progress. */
export class Meter {
  nvmBytes = 0;
  nvmPageWrites = 0;
  nvmPageErases = 0;
  private ramPeakBytes = 0;
  /** Few at a time, so a list is searched faster than a map with a key to be made. */
  private readonly operations: { name: OperationName; length: number; count: number }[] = [];

  charge(name: OperationName, lengthBytes: number): void {
    for (const entry of this.operations) {
      if (entry.name !== name || entry.length !== lengthBytes) continue;
      entry.count++;
      return;
    }
    this.operations.push({ name, length: lengthBytes, count: 1 });
  }

  ramInUse(bytes: number): void {
    if (bytes > this.ramPeakBytes) this.ramPeakBytes = bytes;
  }

  reset(): void {
    this.nvmBytes = 0;
    this.nvmPageWrites = 0;
    this.nvmPageErases = 0;
    this.ramPeakBytes = 0;
    this.operations.length = 0;
  }

  figures(bytesIn: number, bytesOut: number): CommandFigures {
    const operations = this.operations
      .map((entry) => ({ ...entry }))
      .sort((a, b) => (a.name === b.name ? a.length - b.length : a.name < b.name ? -1 : 1));
    return {
      bytesIn,
      bytesOut,
      ramPeakBytes: this.ramPeakBytes,
      nvmBytes: this.nvmBytes,
      nvmPageWrites: this.nvmPageWrites,
      nvmPageErases: this.nvmPageErases,
      operations,
    };
  }
}
