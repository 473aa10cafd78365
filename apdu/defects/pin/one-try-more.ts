import { inPin, type SpecificationDefect } from '../specification-defect.js';

export const oneTryMore: SpecificationDefect = inPin(
  { id: 'pin/one-try-more', cards: 'both', title: 'The PIN has four tries, though three are declared.' },
  'holder',
  { tries: 4 },
);
