/** The card's contacts without a protocol on them: RST and I/O. What speaks a protocol itself, rightly or wrongly, uses this. */

import type { LineSpeed } from './timing.js';

/**
 * A card whose characters are sent and heard one by one. Bytes are characters as a UART of the direct convention sees
 * them. Every method rejects with a `TransportError` when the line is gone; a silent card is an answer.
 */
export interface CardLine {
  /** Holds RST and lets go of it; what was heard before is forgotten. The speed is the initial one again. */
  reset(): Promise<void>;
  send(characters: Uint8Array): Promise<void>;
  /** The next characters, at most `limit`; `undefined` when none begins within `etu` of the speed in force. */
  receive(limit: number, etu: number): Promise<Uint8Array | undefined>;
  /** The speed from now on, as agreed with the card. */
  setSpeed(speed: LineSpeed): Promise<void>;
  /** Takes the power away and frees the line. */
  close(): Promise<void>;
}
