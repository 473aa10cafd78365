import { inFile, type SpecificationDefect } from '../specification-defect.js';

export const emergencyWrittenByStaff: SpecificationDefect = inFile(
  {
    id: 'access/emergency-written-by-staff',
    cards: 'patient',
    title: 'Staff write the emergency data, which only a doctor may.',
  },
  'emergency',
  { update: { any: [{ role: 'doctor' }, { role: 'staff' }] } },
);
