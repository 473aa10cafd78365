import type { CardDefect } from '../card-defect.js';
import { inStatus } from '../status-defect.js';

export const terminationNotTold: CardDefect = inStatus(
  {
    id: 'life-cycle/termination-not-told',
    cards: 'patient',
    title: 'SELECT of a terminated application does not say so.',
  },
  0x6285,
  0x9000,
);
