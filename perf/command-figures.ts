/** What the card's meter counted while one command was processed: model units, never time. */
export type CommandFigures = {
  /** Command APDU on the wire, header included. */
  readonly bytesIn: number;
  /** Response APDU on the wire, status word included. */
  readonly bytesOut: number;
  readonly ramPeakBytes: number;
  readonly nvmBytes: number;
  /** NVM pages programmed, each with the erasing of the page it replaces. */
  readonly nvmPageWrites: number;
  readonly operations: readonly OperationCount[];
};

/** `count` calls of one operation, each over `length` bytes. */
export type OperationCount = { readonly name: string; readonly length: number; readonly count: number };
