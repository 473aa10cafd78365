import type { LineDefect } from '../line-defect.js';
import { sendsOtherBlocks } from '../t1-machine.js';

export const chainNotTold: LineDefect = sendsOtherBlocks(
  {
    id: 't1/chain-not-told',
    cards: 'both',
    title: 'A block of a chained answer says that it is the last one.',
  },
  (block) => (block.kind === 'I' ? { ...block, more: false } : block),
);
