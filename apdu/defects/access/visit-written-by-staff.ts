import { inCommand, type SpecificationDefect } from '../specification-defect.js';

export const visitWrittenByStaff: SpecificationDefect = inCommand(
  {
    id: 'access/visit-written-by-staff',
    cards: 'patient',
    title: 'Staff write a visit, which only a doctor may.',
  },
  'putVisitRecord',
  () => ({ access: { any: [{ role: 'doctor' }, { role: 'staff' }] } }),
);
