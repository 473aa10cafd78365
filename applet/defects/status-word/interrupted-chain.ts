import type { CardDefect } from '../card-defect.js';
import { inStatus } from '../status-defect.js';

export const interruptedChain: CardDefect = inStatus(
  {
    id: 'status-word/interrupted-chain',
    cards: 'both',
    title: 'A command within a chain is refused without a word of the chain (6985).',
  },
  0x6883,
  0x6985,
);
