import { type CardDefect, inPart } from '../card-defect.js';

export const notAtomic: CardDefect = inPart(
  {
    id: 'transactions/not-atomic',
    cards: 'both',
    title: 'What should be written together is written one by one.',
  },
  'Nvm',
  (Nvm) =>
    class extends Nvm {
      override atomically<T>(work: () => T): T {
        return work();
      }

      override write(offset: number, bytes: Uint8Array): void {
        if (this.transaction) super.write(offset, bytes);
        else super.atomically(() => super.write(offset, bytes));
      }
    },
);
