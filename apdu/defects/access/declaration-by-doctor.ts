import { inCommand, type SpecificationDefect } from '../specification-defect.js';

export const declarationByDoctor: SpecificationDefect = inCommand(
  {
    id: 'access/declaration-by-doctor',
    cards: 'patient',
    title: "A doctor writes the holder's declaration.",
  },
  'putHolderDeclaration',
  () => ({ access: { any: [{ pin: 'holder' }, { role: 'doctor' }] } }),
);
