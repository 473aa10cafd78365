/** The matcher of one thread: its scratch memory is made once and used for every comparison. */

import type { EdgeIndex } from './edge-index.js';
import { Pairing } from './pairing.js';
import type { PreparedTemplate } from './prepared-template.js';
import { scoreOf } from './score.js';
import { VoteBox } from './vote.js';

export class Matcher {
  private readonly votes = new VoteBox();
  private readonly pairing = new Pairing();

  /** The pre-filter: how well the edges of the two fit together, comparable between gallery templates of one probe. */
  resemblance(probe: EdgeIndex, gallery: PreparedTemplate): number {
    const tallest = this.votes.cast(probe, gallery);
    return tallest / Math.sqrt(1000 + probe.template.edges.count * gallery.edges.count);
  }

  /** The full matcher: logarithm of the likelihood ratio of one finger against two (`scoreOf`). */
  compare(probe: EdgeIndex, gallery: PreparedTemplate): number {
    this.votes.cast(probe, gallery);
    this.pairing.pair(this.votes, probe, gallery);
    return scoreOf(this.pairing.features);
  }
}
