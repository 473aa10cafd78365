import type { CardDefect } from '../card-defect.js';
import { inStatus } from '../status-defect.js';

export const unknownInstruction: CardDefect = inStatus(
  {
    id: 'status-word/unknown-instruction',
    cards: 'both',
    title: 'An instruction that the application does not have is answered as a wrong class (6E00).',
  },
  0x6d00,
  0x6e00,
);
