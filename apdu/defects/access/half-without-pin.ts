import { inCommand, type SpecificationDefect } from '../specification-defect.js';

export const halfWithoutPin: SpecificationDefect = inCommand(
  {
    id: 'access/half-without-pin',
    cards: 'professional',
    title: 'A half of the member key leaves the card without the PIN.',
  },
  'exportOpeningHalf',
  () => ({ access: 'always' }),
);
