import { inCommand, type SpecificationDefect } from '../specification-defect.js';

export const pinWhenDeactivated: SpecificationDefect = inCommand(
  {
    id: 'life-cycle/pin-when-deactivated',
    cards: 'patient',
    title: 'VERIFY works on an application that is out of use.',
  },
  'verify',
  ({ states }) => ({ states: [...states, 'deactivated'] }),
);
