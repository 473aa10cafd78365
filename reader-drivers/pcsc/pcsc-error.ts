import { TransportError, type TransportErrorCode } from '../connection/transport-error.js';

/** Numbers of PC/SC part 5 that the driver itself must tell apart. */
export const SCARD_ERROR = {
  cancelled: 0x80100002,
  unknownReader: 0x80100009,
  timeout: 0x8010000a,
  noReadersAvailable: 0x8010002e,
} as const;

/** What the service's numbers mean here. */
const MEANING: ReadonlyMap<number, readonly [code: TransportErrorCode, message: string]> = new Map([
  [SCARD_ERROR.cancelled, ['aborted', 'the wait was given up']],
  [SCARD_ERROR.unknownReader, ['no-reader', 'the reader is not there any more']],
  [SCARD_ERROR.timeout, ['timeout', 'the PC/SC service did not answer in time']],
  [0x8010000b, ['sharing-violation', 'another program holds the reader']],
  [0x8010000c, ['no-card', 'there is no card in the reader']],
  [0x8010000f, ['card-mute', 'the card does not speak the protocol asked for']],
  // What the client library says when its line to the service breaks off.
  [0x80100013, ['no-service', 'the PC/SC service broke off: see whether pcscd still runs']],
  [0x80100017, ['no-reader', 'the reader was unplugged']],
  [0x8010001d, ['no-service', 'no PC/SC service runs: start pcscd']],
  [0x8010001e, ['no-service', 'the PC/SC service stopped']],
  [SCARD_ERROR.noReadersAvailable, ['no-reader', 'there is no reader']],
  [0x80100065, ['card-mute', 'the card offers no protocol the reader speaks']],
  [0x80100066, ['card-mute', 'the card gives no valid answer to reset']],
  [0x80100067, ['card-mute', 'the card has no power']],
  [0x80100068, ['card-reset', 'another program reset the card']],
  [0x80100069, ['card-removed', 'the card was taken out']],
]);

/** The service refused a call. `code` is its number, unsigned (PC/SC part 5 and pcsclite's `pcsclite.h`). */
export class PcscFailure extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`PC/SC reports ${code.toString(16).toUpperCase().padStart(8, '0')}`);
    this.name = 'PcscFailure';
    this.code = code;
  }
}

/** Whether the service refused with this number. */
export function failedWith(cause: unknown, code: number): boolean {
  return cause instanceof PcscFailure && cause.code === code;
}

/** What a binding throws, as one of our errors; `place` is the reader or the service. */
export function pcscError(cause: unknown, place: string): TransportError {
  if (cause instanceof TransportError) return cause;
  const known = cause instanceof PcscFailure ? MEANING.get(cause.code) : undefined;
  const [code, message] = known ?? ['io', cause instanceof Error ? cause.message : String(cause)];
  return new TransportError(code, `${place}: ${message}`, { cause });
}
