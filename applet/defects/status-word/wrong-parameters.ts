import type { CardDefect } from '../card-defect.js';
import { inStatus } from '../status-defect.js';

export const wrongParameters: CardDefect = inStatus(
  {
    id: 'status-word/wrong-parameters',
    cards: 'both',
    title: 'P1-P2 that are not declared are answered as wrong command data (6A80).',
  },
  0x6a86,
  0x6a80,
);
