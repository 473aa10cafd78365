import { inCommand, type SpecificationDefect } from '../specification-defect.js';

export const triesGivenByStaff: SpecificationDefect = inCommand(
  {
    id: 'access/tries-given-by-staff',
    cards: 'patient',
    title: 'Staff give a blocked PIN its tries back, which only NHI may.',
  },
  'restoreTries',
  () => ({ access: { any: [{ role: 'nhi' }, { role: 'staff' }] } }),
);
