import type { LineDefect } from '../line-defect.js';
import { sendsOtherBlocks } from '../t1-machine.js';

export const errorNotTold: LineDefect = sendsOtherBlocks(
  { id: 't1/error-not-told', cards: 'both', title: 'R-blocks after a damaged block say that all is well.' },
  (block) => (block.kind === 'R' ? { ...block, error: 'none' } : block),
);
