import type { CardDefect } from '../card-defect.js';
import { inStatus } from '../status-defect.js';

export const closedChannel: CardDefect = inStatus(
  {
    id: 'status-word/closed-channel',
    cards: 'both',
    title: 'A class byte of a channel that is not open is answered as a wrong class (6E00).',
  },
  0x6881,
  0x6e00,
);
