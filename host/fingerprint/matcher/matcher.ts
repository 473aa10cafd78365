/** The matcher of one thread: its scratch memory is made once and used for every comparison. */

import type { EdgeIndex } from './edge-index.js';
import { Pairing } from './pairing.js';
import type { PreparedTemplate } from './prepared-template.js';
import { NO_MATCH, scoreOf } from './score.js';
import { VoteBox } from './vote.js';

/** Placements with less than this share of the tallest heap's votes are not worth pairing. */
const WORTH_A_LOOK = 0.7;

export class Matcher {
  private readonly votes = new VoteBox();
  private readonly pairing = new Pairing();

  /** The pre-filter: how well the edges of the two fit together, comparable between gallery templates of one probe. */
  resemblance(probe: EdgeIndex, gallery: PreparedTemplate): number {
    return this.votes.cast(probe, gallery) * perEdges(probe, gallery);
  }

  /** The full matcher: strangers exceed a score of s once in e^s comparisons (`scoreOf`). */
  compare(probe: EdgeIndex, gallery: PreparedTemplate): number {
    const { heaps } = this.votes;
    const tallest = this.votes.cast(probe, gallery);
    if (tallest === 0) return NO_MATCH;
    this.votes.findMore(probe, gallery);
    const scale = perEdges(probe, gallery);
    const minutiae = Math.sqrt(probe.template.count * gallery.count);
    let best = NO_MATCH;
    for (let h = 0; h < heaps.length; h++) {
      const heap = heaps[h]!;
      if (heap.height < WORTH_A_LOOK * tallest) continue;
      this.pairing.pair(this.votes, heap, probe, gallery);
      best = Math.max(best, scoreOf(this.pairing.features, heap.height * scale, minutiae));
    }
    return best;
  }
}

/** Brings the height of a heap to one scale for templates of many edges and of few. */
function perEdges({ template }: EdgeIndex, { edges }: PreparedTemplate): number {
  return 1 / Math.sqrt(1000 + template.edges.count * edges.count);
}
