import { inCommand, type SpecificationDefect } from '../specification-defect.js';

export const deactivatedTwice: SpecificationDefect = inCommand(
  {
    id: 'life-cycle/deactivated-twice',
    cards: 'patient',
    title: 'DEACTIVATE FILE is taken by an application that is out of use already.',
  },
  'deactivate',
  ({ states }) => ({ states: [...states, 'deactivated'] }),
);
