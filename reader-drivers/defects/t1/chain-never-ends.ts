import type { LineDefect } from '../line-defect.js';
import { sendsOtherBlocks } from '../t1-machine.js';

export const chainNeverEnds: LineDefect = sendsOtherBlocks(
  {
    id: 't1/chain-never-ends',
    cards: 'both',
    title: 'The last block of a chained answer says that more follows.',
  },
  (block) => (block.kind === 'I' && block.inf.length < 32 ? { ...block, more: true } : block),
);
