import { inFile, type SpecificationDefect } from '../specification-defect.js';

export const emergencyForHolder: SpecificationDefect = inFile(
  {
    id: 'access/emergency-for-holder',
    cards: 'patient',
    title: "The holder's PIN opens the emergency file.",
  },
  'emergency',
  { read: { any: [{ role: 'doctor' }, { role: 'staff' }, { pin: 'holder' }] } },
);
