import { type CardDefect, inPart } from '../card-defect.js';

export const counterNotBegunAnew: CardDefect = inPart(
  {
    id: 'secure-messaging/counter-not-begun-anew',
    cards: 'both',
    title: 'A new session goes on with the counter of the one before.',
  },
  'CardSession',
  (CardSession) =>
    class extends CardSession {
      private last = 0;

      override open(...given: Parameters<InstanceType<typeof CardSession>['open']>): void {
        super.open(...given);
        this.counter.value = this.last;
      }

      protected override count(): void {
        super.count();
        this.last = this.counter.value;
      }
    },
);
