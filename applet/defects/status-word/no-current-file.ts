import type { CardDefect } from '../card-defect.js';
import { inStatus } from '../status-defect.js';

export const noCurrentFile: CardDefect = inStatus(
  {
    id: 'status-word/no-current-file',
    cards: 'both',
    title: 'A command to the current file, where there is none, is answered as a missing file (6A82).',
  },
  0x6986,
  0x6a82,
);
