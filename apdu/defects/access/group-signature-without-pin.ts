import { inAlgorithm, type SpecificationDefect } from '../specification-defect.js';

export const groupSignatureWithoutPin: SpecificationDefect = inAlgorithm(
  {
    id: 'access/group-signature-without-pin',
    cards: 'professional',
    title: "A record is signed for the group without the holder's PIN.",
  },
  'newRecord',
  { access: 'always' },
);
