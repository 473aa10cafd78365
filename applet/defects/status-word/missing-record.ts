import type { CardDefect } from '../card-defect.js';
import { inStatus } from '../status-defect.js';

export const missingRecord: CardDefect = inStatus(
  {
    id: 'status-word/missing-record',
    cards: 'patient',
    title: 'A record that is not there is answered as a missing file (6A82).',
  },
  0x6a83,
  0x6a82,
);
