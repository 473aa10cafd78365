import { inCommand, type SpecificationDefect } from '../specification-defect.js';

export const backFromTermination: SpecificationDefect = inCommand(
  {
    id: 'life-cycle/back-from-termination',
    cards: 'patient',
    title: 'A terminated application is activated again.',
  },
  'activate',
  ({ states }) => ({ states: [...states, 'terminated'] }),
);
