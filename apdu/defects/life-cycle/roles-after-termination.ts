import { inCommand, type SpecificationDefect } from '../specification-defect.js';

export const rolesAfterTermination: SpecificationDefect = inCommand(
  {
    id: 'life-cycle/roles-after-termination',
    cards: 'patient',
    title: 'A terminated application still gives challenges.',
  },
  'getChallenge',
  ({ states }) => ({ states: [...states, 'terminated'] }),
);
