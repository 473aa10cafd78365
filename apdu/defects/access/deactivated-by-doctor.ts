import { inCommand, type SpecificationDefect } from '../specification-defect.js';

export const deactivatedByDoctor: SpecificationDefect = inCommand(
  {
    id: 'access/deactivated-by-doctor',
    cards: 'patient',
    title: 'A doctor takes the application out of use, which only NHI may.',
  },
  'deactivate',
  () => ({ access: { any: [{ role: 'nhi' }, { role: 'doctor' }] } }),
);
