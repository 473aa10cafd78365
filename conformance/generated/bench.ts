/** How generated cases get a card somewhere: into a life-cycle state, with PINs and roles proven. */

import type { AccessLeaf, ApplicationSpec, LifeCycle } from '../../apdu/index.js';
import type { Fixture } from '../case.js';
import type { TestCard } from '../test-card.js';

/** Where a case begins, and how the card gets there. */
export type Reach = {
  readonly fixture: Fixture;
  /** What getting there leaves on the card. */
  readonly destroys?: string;
  readonly prepare: (card: TestCard) => Promise<void>;
};

/** A PIN or a role; a state is where a case begins. */
export type Proof = Exclude<AccessLeaf, { readonly state: LifeCycle }>;

/** What the suite can do with a card of one application. */
export interface Bench {
  readonly application: ApplicationSpec;
  /** States that it can bring a card to. */
  readonly states: readonly LifeCycle[];
  /** Whether it can prove a PIN or role in a state. */
  proves(proof: Proof, state: LifeCycle): boolean;
  /** The way to a state with exactly these things proven; of what {@link states} and {@link proves} say. */
  reach(state: LifeCycle, proofs: readonly Proof[]): Reach;
}
