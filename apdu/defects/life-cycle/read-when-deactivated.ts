import { inCommand, type SpecificationDefect } from '../specification-defect.js';

export const readWhenDeactivated: SpecificationDefect = inCommand(
  {
    id: 'life-cycle/read-when-deactivated',
    cards: 'patient',
    title: 'Files are read from an application that is out of use.',
  },
  'readBinary',
  ({ states }) => ({ states: [...states, 'deactivated'] }),
);
