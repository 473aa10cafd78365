import { inFile, type SpecificationDefect } from '../specification-defect.js';

export const logForDoctor: SpecificationDefect = inFile(
  {
    id: 'access/log-for-doctor',
    cards: 'patient',
    title: 'A doctor reads the log that is for the holder alone.',
  },
  'log',
  { read: { any: [{ pin: 'holder' }, { role: 'doctor' }] } },
);
