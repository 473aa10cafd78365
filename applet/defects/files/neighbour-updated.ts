import type { CardDefect } from '../card-defect.js';
import { inRecords } from '../records-defect.js';

export const neighbourUpdated: CardDefect = inRecords(
  {
    id: 'files/neighbour-updated',
    cards: 'patient',
    title: 'UPDATE RECORD writes the record behind the one it was told.',
  },
  (file) => ({
    update: (number, content) => file.update(file.record(number + 1) ? number + 1 : number, content),
  }),
);
