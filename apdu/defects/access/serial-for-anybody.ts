import { inCommand, type SpecificationDefect } from '../specification-defect.js';

export const serialForAnybody: SpecificationDefect = inCommand(
  {
    id: 'access/serial-for-anybody',
    cards: 'both',
    title: 'The card serial, which tells one card from another, is read without the PIN.',
  },
  'getCardSerial',
  () => ({ access: 'always' }),
);
