import { inCommand, type SpecificationDefect } from '../specification-defect.js';

export const pinBeforeActivation: SpecificationDefect = inCommand(
  {
    id: 'life-cycle/pin-before-activation',
    cards: 'both',
    title: 'VERIFY works before the card is activated.',
  },
  'verify',
  ({ states }) => ({ states: [...states, 'initialisation'] }),
);
