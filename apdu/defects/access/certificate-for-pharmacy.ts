import { inFile, type SpecificationDefect } from '../specification-defect.js';

export const certificateForPharmacy: SpecificationDefect = inFile(
  {
    id: 'access/certificate-for-pharmacy',
    cards: 'patient',
    title: 'A pharmacy reads the patient certificate.',
  },
  'certificate',
  { read: { any: [{ pin: 'holder' }, { role: 'doctor' }, { role: 'pharmacy' }] } },
);
