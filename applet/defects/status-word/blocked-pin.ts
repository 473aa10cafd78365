import type { CardDefect } from '../card-defect.js';
import { inStatus } from '../status-defect.js';

export const blockedPin: CardDefect = inStatus(
  {
    id: 'status-word/blocked-pin',
    cards: 'both',
    title: 'A blocked PIN is answered as an unmet security status (6982).',
  },
  0x6983,
  0x6982,
);
