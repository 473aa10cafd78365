/** What the suite runs against: any card behind any reader. */

import type { CardConnection, CardLine } from '../reader-drivers/index.js';
import type { ApplicationName, Feature } from './case.js';

/** One card that nobody else uses. Connecting applies power, closing the connection takes it away. */
export interface FreshCard {
  connect(): Promise<CardConnection>;
  /** The card's contacts, not reset yet; `first` is the protocol that its ATR offers first, if that can be chosen. */
  openLine?(first?: 'T=0' | 'T=1'): Promise<CardLine>;
  /** An independent copy of the card as it is without power, where the target can make one. */
  copy?(): FreshCard;
}

/**
 * A kind of card in a kind of reader. A simulator hands out blank cards; a real reader holds one card,
 * personalised by this suite with the same seed before, or not at all.
 */
export interface ConformanceTarget {
  /** As the user names it on the command line. */
  readonly name: string;
  /** What the reader is: `simulator`, `pcsc`, `serial`. */
  readonly kind: string;
  /** The reader's own name, where it has one. */
  readonly reader?: string;
  readonly application: ApplicationName;
  /** Features that this card does not claim; their cases are skipped. */
  readonly lacks?: readonly Feature[];
  /** Reaches the card once: rejects when there is none. */
  connect(): Promise<CardConnection>;
  /** As for {@link FreshCard.openLine}; absent where a reader speaks the protocols by itself. */
  openLine?(first?: 'T=0' | 'T=1'): Promise<CardLine>;
  /** A blank card in life-cycle state initialisation, a new one each time. Absent for a real card. */
  freshCard?(): FreshCard;
  /** The one card was personalised by this suite, from this seed. Without it only cases for any card run. */
  readonly personalisedWithSeed?: number;
}
