/**
 * How a card can break the protocol:
 * `mute` no status word came; `endless` the answer has no end within the bounds; `not as declared`
 * the answer is not what the specification says; `unprotected` and `checksum` an answer under
 * secure messaging lacks its protection, or has a wrong one.
 */
export type CardAnswerFault = 'mute' | 'endless' | 'not as declared' | 'checksum';

/** A card that breaks the protocol, as opposed to one that refuses a command. Messages hold no value of the card. */
export class CardAnswerError extends Error {
  constructor(
    readonly code: CardAnswerFault,
    message: string,
    options?: { readonly cause: unknown },
  ) {
    super(message, options);
    this.name = 'CardAnswerError';
  }
}
