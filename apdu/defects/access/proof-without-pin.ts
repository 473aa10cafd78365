import { inCommand, type SpecificationDefect } from '../specification-defect.js';

export const proofWithoutPin: SpecificationDefect = inCommand(
  {
    id: 'access/proof-without-pin',
    cards: 'professional',
    title: 'The card proves its role without the PIN.',
  },
  'internalAuthenticate',
  () => ({ access: 'always' }),
);
