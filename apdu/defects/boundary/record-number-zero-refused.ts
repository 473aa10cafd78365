import { inCommand, type SpecificationDefect } from '../specification-defect.js';

export const recordNumberZeroRefused: SpecificationDefect = inCommand(
  {
    id: 'boundary/record-number-zero-refused',
    cards: 'patient',
    title: 'READ RECORD with number 0, the current record, is refused.',
  },
  'readRecord',
  () => ({ p1: { kind: 'range', name: 'record number', min: 1, max: 254 } }),
);
