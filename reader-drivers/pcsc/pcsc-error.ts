import { TransportError, type TransportErrorCode } from '../connection/transport-error.js';

/** What the binding says (it gives PC/SC codes as text only) and what it means here. */
const MEANING: Readonly<Record<string, readonly [code: TransportErrorCode, message: string]>> = {
  'PC/SC service not running': ['no-service', 'no PC/SC service runs: start pcscd'],
  'PC/SC service stopped': ['no-service', 'the PC/SC service stopped'],
  'No readers available': ['no-reader', 'there is no reader'],
  'Unknown reader': ['no-reader', 'the reader is not there any more'],
  'Reader unavailable': ['no-reader', 'the reader was unplugged'],
  'No smart card present': ['no-card', 'there is no card in the reader'],
  'Card was removed': ['card-removed', 'the card was taken out'],
  'Card was reset': ['card-reset', 'another program reset the card'],
  'Card is unpowered': ['card-mute', 'the card has no power'],
  'Card is unresponsive': ['card-mute', 'the card gives no valid answer to reset'],
  'Card is not supported': ['card-mute', 'the card offers no protocol the reader speaks'],
  'Protocol mismatch': ['card-mute', 'the card does not speak the protocol asked for'],
  'Sharing violation': ['sharing-violation', 'another program holds the reader'],
  'Operation timed out': ['timeout', 'the PC/SC service did not answer in time'],
  'Operation cancelled': ['aborted', 'the wait was given up'],
};

/** The error of the binding as one of ours; `place` is the reader or the service. */
export function pcscError(cause: unknown, place: string): TransportError {
  if (cause instanceof TransportError) return cause;
  const said = cause instanceof Error ? cause.message : String(cause);
  const [code, message] = MEANING[said] ?? ['io', `PC/SC reports "${said}"`];
  return new TransportError(code, `${place}: ${message}`, { cause });
}
