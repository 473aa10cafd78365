import type { LineDefect } from '../line-defect.js';
import { sendsOtherBlocks } from '../t1-machine.js';

export const ownNumberStands: LineDefect = sendsOtherBlocks(
  { id: 't1/own-number-stands', cards: 'both', title: 'N(S) of every block of the card is 0.' },
  (block) => (block.kind === 'I' ? { ...block, ns: 0 } : block),
);
