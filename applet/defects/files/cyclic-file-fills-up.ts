import { SW } from '../../../apdu/index.js';
import { refuse } from '../../runtime/status-error.js';
import type { CardDefect } from '../card-defect.js';
import { inRecords } from '../records-defect.js';

export const cyclicFileFillsUp: CardDefect = inRecords(
  {
    id: 'files/cyclic-file-fills-up',
    cards: 'patient',
    title: 'A cyclic file that is full takes no further record.',
  },
  (file) => ({
    append(content) {
      if (file.spec.structure === 'cyclic' && file.count === file.spec.records) refuse(SW.notEnoughMemory);
      return file.append(content);
    },
  }),
);
