import { inCommand, type SpecificationDefect } from '../specification-defect.js';

export const noTerminationWhenDeactivated: SpecificationDefect = inCommand(
  {
    id: 'life-cycle/no-termination-when-deactivated',
    cards: 'patient',
    title: 'An application that is out of use can not be terminated.',
  },
  'terminate',
  () => ({ states: ['operational'] }),
);
