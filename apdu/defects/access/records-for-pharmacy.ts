import { inFile, type SpecificationDefect } from '../specification-defect.js';

export const recordsForPharmacy: SpecificationDefect = inFile(
  { id: 'access/records-for-pharmacy', cards: 'patient', title: 'A pharmacy reads the diagnosis records.' },
  'records',
  { read: { any: [{ role: 'doctor' }, { role: 'staff' }, { role: 'pharmacy' }] } },
);
