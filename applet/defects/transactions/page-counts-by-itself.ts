import { type CardDefect, inPart } from '../card-defect.js';

export const pageCountsByItself: CardDefect = inPart(
  {
    id: 'transactions/page-counts-by-itself',
    cards: 'both',
    title: 'Each page of a transaction counts as soon as it is written.',
  },
  'Nvm',
  (Nvm) =>
    class extends Nvm {
      protected override programLatch(): number {
        return super.programLatch(0x01);
      }
    },
);
