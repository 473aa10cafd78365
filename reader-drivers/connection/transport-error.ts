/**
 * Why a card could not be reached.
 *
 * - `no-binding`: the optional package that talks to PC/SC is not installed or does not load
 * - `no-service`: nothing runs at the other end (pcscd, a virtual reader)
 * - `no-reader`: no such reader, or it was unplugged
 * - `no-card`: the reader is empty
 * - `card-removed`: the card was taken out during the connection
 * - `card-reset`: someone else reset the card; its volatile state is gone
 * - `card-mute`: the card gave no valid answer to reset, or too short an answer to a command
 * - `sharing-violation`: another program holds the reader
 * - `timeout`, `aborted`: the wait ended without the event, by the clock or by the caller
 * - `busy`: a command was sent before the last one was answered
 * - `closed`: the connection was closed by its owner
 * - `protocol`: the other end broke the rules of the link
 * - `io`: anything else that went wrong on the way; see `cause`
 */
export type TransportErrorCode =
  | 'no-binding'
  | 'no-service'
  | 'no-reader'
  | 'no-card'
  | 'card-removed'
  | 'card-reset'
  | 'card-mute'
  | 'sharing-violation'
  | 'timeout'
  | 'aborted'
  | 'busy'
  | 'closed'
  | 'protocol'
  | 'io';

/** The card could not be reached. The message is one sentence for a person; `code` is for programs. */
export class TransportError extends Error {
  readonly code: TransportErrorCode;

  constructor(code: TransportErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TransportError';
    this.code = code;
  }
}
