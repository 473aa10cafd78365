/**
 * Error signal and character repetition, which T=0 demands of both ends (ISO/IEC 7816-3:2006, 7.3, 10.2): a
 * receiver that finds wrong parity holds the line low, the sender repeats the character.
 */

/** Repetitions of one character before an end gives up: the standard leaves the number open, readers take three. */
export const REPETITIONS = 3;

export type CharacterReception =
  | { readonly kind: 'character'; readonly byte: number }
  | { readonly kind: 'signal error' }
  | { readonly kind: 'failed' };

export class CharacterReceiver {
  #damaged = 0;

  /** A character as the UART got it. */
  received(byte: number, parityIsRight: boolean): CharacterReception {
    if (parityIsRight) {
      this.#damaged = 0;
      return { kind: 'character', byte };
    }
    return ++this.#damaged > REPETITIONS ? { kind: 'failed' } : { kind: 'signal error' };
  }
}

export class CharacterSender {
  #signalled = 0;

  /** The other end signalled an error: whether the character is to be sent once more. */
  errorSignalled(): 'repeat' | 'failed' {
    return ++this.#signalled > REPETITIONS ? 'failed' : 'repeat';
  }

  /** The character went through. */
  sent(): void {
    this.#signalled = 0;
  }
}
