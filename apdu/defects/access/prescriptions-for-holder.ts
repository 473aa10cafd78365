import { inFile, type SpecificationDefect } from '../specification-defect.js';

export const prescriptionsForHolder: SpecificationDefect = inFile(
  {
    id: 'access/prescriptions-for-holder',
    cards: 'patient',
    title: "The holder's PIN opens the prescriptions.",
  },
  'prescriptions',
  { read: { any: [{ role: 'doctor' }, { role: 'pharmacy' }, { pin: 'holder' }] } },
);
