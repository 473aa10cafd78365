import type { LineDefect } from '../line-defect.js';
import { sendsOtherBlocks } from '../t1-machine.js';

export const acknowledgesTheWrongNumber: LineDefect = sendsOtherBlocks(
  {
    id: 't1/acknowledges-the-wrong-number',
    cards: 'both',
    title: 'N(R) of an acknowledgement is the number of the block that was received.',
  },
  (block) =>
    block.kind === 'R' && block.error === 'none' ? { ...block, nr: block.nr === 0 ? 1 : 0 } : block,
);
