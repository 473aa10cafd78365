import type { LineDefect } from '../line-defect.js';
import { sendsOtherBlocks } from '../t1-machine.js';

export const otherSizeConfirmed: LineDefect = sendsOtherBlocks(
  {
    id: 't1/other-size-confirmed',
    cards: 'both',
    title: 'S(IFS response) confirms another size than the one that was asked for.',
  },
  (block) =>
    block.kind === 'S' && block.function === 'IFS' && block.direction === 'response'
      ? { ...block, value: block.value - 1 }
      : block,
);
