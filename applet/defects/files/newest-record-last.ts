import type { CardDefect } from '../card-defect.js';
import { inRecords } from '../records-defect.js';

export const newestRecordLast: CardDefect = inRecords(
  { id: 'files/newest-record-last', cards: 'patient', title: 'Record 1 of a cyclic file is the oldest one.' },
  (file) => ({
    record: (number) =>
      file.spec.structure === 'cyclic' ? file.record(file.count + 1 - number) : file.record(number),
  }),
);
