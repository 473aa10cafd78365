import type { CardDefect } from '../card-defect.js';
import { inStatus } from '../status-defect.js';

export const wrongLength: CardDefect = inStatus(
  {
    id: 'status-word/wrong-length',
    cards: 'both',
    title: 'A wrong length is answered as wrong command data (6A80).',
  },
  0x6700,
  0x6a80,
);
