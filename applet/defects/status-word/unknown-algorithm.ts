import type { CardDefect } from '../card-defect.js';
import { inStatus } from '../status-defect.js';

export const unknownAlgorithm: CardDefect = inStatus(
  {
    id: 'status-word/unknown-algorithm',
    cards: 'both',
    title: 'An algorithm that is not there is answered as wrong command data (6A80).',
  },
  0x6a88,
  0x6a80,
  0x22,
);
