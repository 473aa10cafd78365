import { type CardDefect, inPatientHandler } from '../card-defect.js';

export const keyVersionIgnored: CardDefect = inPatientHandler(
  {
    id: 'scp03/key-version-ignored',
    cards: 'both',
    title: 'INITIALIZE UPDATE takes any key version for the one there is.',
  },
  'initializeUpdate',
  (good) => (request) => good({ ...request, p1: 0 }),
);
