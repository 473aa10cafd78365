import type { TransportError } from './transport-error.js';

/**
 * How command APDUs travel: by character (`T=0`) or block (`T=1`) protocol of ISO/IEC 7816-3,
 * or handed over whole without a wire (`direct`).
 */
export type TransportProtocol = 'T=0' | 'T=1' | 'direct';

/**
 * A powered card that answers commands: the port between everything that uses a card and every way to reach one.
 *
 * One command at a time: the next may be sent when the answer to the last has arrived (ISO/IEC 7816-4, 5.2);
 * a second one in between is refused with the code `busy`. Status words of the card are answers, never errors;
 * every method rejects with a {@link TransportError} when the card cannot be reached.
 */
export interface CardConnection {
  /** Answer to the latest reset, TS first. */
  readonly atr: Uint8Array;
  readonly protocol: TransportProtocol;
  /** Sends a command APDU, 4 to 65,544 bytes; resolves to the response APDU, at least 2 bytes. */
  transmit(command: Uint8Array): Promise<Uint8Array>;
  /** Resets the card: its volatile state dies. Resolves to the new ATR. */
  reset(): Promise<Uint8Array>;
  /** Ends the connection and frees the reader. Further calls do nothing; other methods then reject with `closed`. */
  close(): Promise<void>;
}
