import { inCommand, type SpecificationDefect } from '../specification-defect.js';

export const collectingWithoutPin: SpecificationDefect = inCommand(
  {
    id: 'access/collecting-without-pin',
    cards: 'patient',
    title: "A pharmacy collects without the holder's PIN.",
  },
  'collect',
  () => ({ access: { role: 'pharmacy' } }),
);
