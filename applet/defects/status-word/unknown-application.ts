import type { CardDefect } from '../card-defect.js';
import { inStatus } from '../status-defect.js';

export const unknownApplication: CardDefect = inStatus(
  {
    id: 'status-word/unknown-application',
    cards: 'both',
    title: 'An application identifier that is not there is answered as missing reference data (6A88).',
  },
  0x6a82,
  0x6a88,
  0xa4,
);
