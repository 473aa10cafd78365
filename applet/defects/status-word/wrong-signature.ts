import type { CardDefect } from '../card-defect.js';
import { inStatus } from '../status-defect.js';

export const wrongSignature: CardDefect = inStatus(
  {
    id: 'status-word/wrong-signature',
    cards: 'patient',
    title: 'A certificate with a wrong signature is answered as wrong command data (6A80).',
  },
  0x6984,
  0x6a80,
  0x2a,
);
