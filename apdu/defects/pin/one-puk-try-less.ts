import { inPin, type SpecificationDefect } from '../specification-defect.js';

export const onePukTryLess: SpecificationDefect = inPin(
  { id: 'pin/one-puk-try-less', cards: 'both', title: 'The PUK has nine tries, though ten are declared.' },
  'puk',
  { tries: 9 },
);
