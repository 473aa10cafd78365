import { inCommand, type SpecificationDefect } from '../specification-defect.js';

export const declarationForPharmacy: SpecificationDefect = inCommand(
  {
    id: 'access/declaration-for-pharmacy',
    cards: 'patient',
    title: "A pharmacy reads the holder's declaration.",
  },
  'getHolderDeclaration',
  () => ({
    access: { any: [{ pin: 'holder' }, { role: 'doctor' }, { role: 'staff' }, { role: 'pharmacy' }] },
  }),
);
