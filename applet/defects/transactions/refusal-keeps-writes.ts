import { StatusError } from '../../runtime/status-error.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const refusalKeepsWrites: CardDefect = inPart(
  {
    id: 'transactions/refusal-keeps-writes',
    cards: 'both',
    title: 'A command that is refused in the middle of writing keeps what it wrote.',
  },
  'Nvm',
  (Nvm) =>
    class extends Nvm {
      override atomically<T>(work: () => T): T {
        let refusal: StatusError | undefined;
        const result = super.atomically(() => {
          try {
            return work();
          } catch (error) {
            if (!(error instanceof StatusError)) throw error;
            refusal = error;
            return undefined;
          }
        });
        if (refusal) throw refusal;
        return result as T;
      }
    },
);
