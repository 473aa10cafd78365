import { inCommand, type SpecificationDefect } from '../specification-defect.js';

export const recordNumberOfSevenBits: SpecificationDefect = inCommand(
  {
    id: 'boundary/record-number-of-seven-bits',
    cards: 'patient',
    title: 'Record numbers beyond 127 are refused as wrong parameters.',
  },
  'readRecord',
  () => ({ p1: { kind: 'range', name: 'record number', min: 0, max: 127 } }),
);
