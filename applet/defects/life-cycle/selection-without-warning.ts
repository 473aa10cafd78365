import type { CardDefect } from '../card-defect.js';
import { inStatus } from '../status-defect.js';

export const selectionWithoutWarning: CardDefect = inStatus(
  {
    id: 'life-cycle/selection-without-warning',
    cards: 'patient',
    title: 'SELECT of a deactivated application does not warn.',
  },
  0x6283,
  0x9000,
);
