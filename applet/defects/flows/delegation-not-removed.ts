import { type CardDefect, inPatientHandler } from '../card-defect.js';

export const delegationNotRemoved: CardDefect = inPatientHandler(
  {
    id: 'flows/delegation-not-removed',
    cards: 'patient',
    title: 'A delegation that was removed still is there.',
  },
  'removeDelegation',
  () => () => undefined,
);
