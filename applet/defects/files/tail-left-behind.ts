import { concatBytes } from '../../../apdu/index.js';
import type { CardDefect } from '../card-defect.js';
import { inRecords } from '../records-defect.js';

export const tailLeftBehind: CardDefect = inRecords(
  {
    id: 'files/tail-left-behind',
    cards: 'patient',
    title: 'A shorter record leaves the end of the longer one before it.',
  },
  (file) => ({
    update(number, content) {
      const before = file.record(number) ?? new Uint8Array(0);
      file.update(number, concatBytes(content, before.subarray(content.length)));
    },
  }),
);
