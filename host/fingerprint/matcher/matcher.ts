/** The matcher of one thread: its scratch memory is made once and used for every comparison. */

import type { EdgeIndex } from './edge-index.js';
import { Pairing } from './pairing.js';
import { PlacementSearch } from './placement-search.js';
import type { PreparedTemplate } from './prepared-template.js';
import { RotationVotes } from './rotation-votes.js';
import { NO_MATCH, scoreOf } from './score.js';
import { VoteBox } from './vote.js';

/** Placements with less than this share of the tallest heap's votes are not worth pairing. */
const WORTH_A_LOOK = 0.75;

export class Matcher {
  private readonly votes = new VoteBox();
  private readonly rotations = new RotationVotes();
  private readonly search = new PlacementSearch();
  private readonly pairing = new Pairing();

  /** The pre-filter: how well the edges of the two fit together, comparable between gallery templates of one probe. */
  resemblance(probe: EdgeIndex, gallery: PreparedTemplate): number {
    return this.votes.cast(probe, gallery) * perEdges(probe, gallery);
  }

  /** A first sieve, much cheaper and coarser: edges that agree, by the rotation alone that they agree on. */
  likeness(probe: EdgeIndex, gallery: PreparedTemplate): number {
    return this.rotations.tallest(probe.coarse, gallery) * perEdges(probe, gallery);
  }

  /** The full matcher: strangers exceed a score of s once in e^s comparisons (`scoreOf`). */
  compare(probe: EdgeIndex, gallery: PreparedTemplate): number {
    const { placements } = this.search;
    this.search.find(probe.placement, gallery);
    const tallest = placements[0]!.height;
    if (tallest === 0) return NO_MATCH;
    const minutiae = Math.sqrt(probe.template.count * gallery.count);
    let best = NO_MATCH;
    for (const placement of placements) {
      if (placement.height < WORTH_A_LOOK * tallest) break;
      this.pairing.pair(placement, probe.template, gallery);
      best = Math.max(best, scoreOf(this.pairing.features, placement, minutiae));
    }
    return best;
  }
}

/** Brings the height of a heap to one scale for templates of many edges and of few. */
function perEdges({ template }: EdgeIndex, { edges }: PreparedTemplate): number {
  return 1 / Math.sqrt(1000 + template.edges.count * edges.count);
}
