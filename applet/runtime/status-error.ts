/** How a handler answers an error: it throws the status word, as a card's `ISOException` does. */

import type { StatusWord } from '../../apdu/index.js';

export class StatusError extends Error {
  constructor(readonly sw: number) {
    super(`status ${sw.toString(16)}`);
    this.name = 'StatusError';
  }
}

/** Ends the command with a declared status word; `count` fills the counted bits of a family such as 63Cx. */
export function refuse(status: StatusWord, count = 0): never {
  throw new StatusError(status.sw | (count & ~status.mask));
}

/** The supply voltage went away in the middle of a page operation; only the test bench causes it. */
export class PowerLost extends Error {
  constructor() {
    super('power lost');
    this.name = 'PowerLost';
  }
}
