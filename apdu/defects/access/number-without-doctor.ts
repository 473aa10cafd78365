import { inCommand, type SpecificationDefect } from '../specification-defect.js';

export const numberWithoutDoctor: SpecificationDefect = inCommand(
  {
    id: 'access/number-without-doctor',
    cards: 'patient',
    title: 'A pharmacy takes part in drawing a prescription number.',
  },
  'contributeToPrescriptionNumber',
  () => ({
    access: { any: [{ role: 'doctor' }, { role: 'pharmacy' }] },
  }),
);
