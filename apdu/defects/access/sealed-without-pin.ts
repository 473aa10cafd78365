import { inAlgorithm, type SpecificationDefect } from '../specification-defect.js';

export const sealedWithoutPin: SpecificationDefect = inAlgorithm(
  {
    id: 'access/sealed-without-pin',
    cards: 'patient',
    title: "A visit request is signed and sealed without the holder's PIN.",
  },
  'visitRequest',
  { access: 'always' },
);
