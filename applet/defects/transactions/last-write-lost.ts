import { type CardDefect, inPart } from '../card-defect.js';

export const lastWriteLost: CardDefect = inPart(
  {
    id: 'transactions/last-write-lost',
    cards: 'both',
    title: 'What was written last is lost when the power goes.',
  },
  'Nvm',
  (Nvm) =>
    class extends Nvm {
      private before: ReturnType<InstanceType<typeof Nvm>['snapshot']> | undefined;

      override atomically<T>(work: () => T): T {
        if (!this.inTransaction) this.before = this.snapshot();
        return super.atomically(work);
      }

      override recover(): void {
        if (this.before) this.restore(this.before);
        this.before = undefined;
        super.recover();
      }
    },
);
