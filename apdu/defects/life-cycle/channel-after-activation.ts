import { inCommand, type SpecificationDefect } from '../specification-defect.js';

export const channelAfterActivation: SpecificationDefect = inCommand(
  {
    id: 'life-cycle/channel-after-activation',
    cards: 'both',
    title: 'INITIALIZE UPDATE, which tells one card from another, is answered by an operational card.',
  },
  'initializeUpdate',
  ({ states }) => ({ states: [...states, 'operational'] }),
);
