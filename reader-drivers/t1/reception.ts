/** What an end of the line got to hear after its last block. */

import type { BlockFault, T1Block } from './block.js';

/** A block, a fault in one, or nothing within the block waiting time. */
export type Heard = T1Block | BlockFault | 'silence';

/** Attempts before an end gives up, the first one counted (ISO/IEC 7816-3:2006, 11.6.3.2, rule 7.4). */
export const ATTEMPTS = 3;

/** How an R-block names what went wrong (11.3.2.2). */
export function errorOf(heard: Heard): BlockFault {
  return heard === 'redundancy' ? 'redundancy' : 'other';
}
