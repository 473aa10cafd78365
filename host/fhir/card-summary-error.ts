/** Refusal of a card summary: what is wrong, and for a summary that is too large, what to shorten. */
export class CardSummaryError extends RangeError {
  constructor(
    /** `too-large`: beyond a bound of the card; `invalid`: a value of the wrong form; `malformed`: bytes that are no summary. */
    readonly kind: 'too-large' | 'invalid' | 'malformed',
    /** Member to shorten or correct: `note`, `diagnoses`, `medicines`, `items`, `hospitalId`, `date`, …; empty for malformed bytes. */
    readonly part: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'CardSummaryError';
  }
}
