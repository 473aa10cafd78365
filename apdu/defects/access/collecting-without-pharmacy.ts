import { inCommand, type SpecificationDefect } from '../specification-defect.js';

export const collectingWithoutPharmacy: SpecificationDefect = inCommand(
  {
    id: 'access/collecting-without-pharmacy',
    cards: 'patient',
    title: "The holder's PIN alone collects, without a pharmacy.",
  },
  'collect',
  () => ({ access: { pin: 'holder' } }),
);
