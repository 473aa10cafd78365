import { type CardDefect, inPart } from '../card-defect.js';

export const fixedInitialValue: CardDefect = inPart(
  {
    id: 'secure-messaging/fixed-initial-value',
    cards: 'both',
    title: 'Every message is encrypted under the same initial value.',
  },
  'CardSession',
  (CardSession) =>
    class extends CardSession {
      protected override initialValue(): Uint8Array {
        return new Uint8Array(16);
      }
    },
);
