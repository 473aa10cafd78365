import type { CardDefect } from '../card-defect.js';
import { inStatus } from '../status-defect.js';

export const wrongHostCryptogram: CardDefect = inStatus(
  {
    id: 'status-word/wrong-host-cryptogram',
    cards: 'both',
    title: 'A wrong host cryptogram is answered as an unmet security status (6982).',
  },
  0x6300,
  0x6982,
);
