import { type CardDefect, inPart } from '../card-defect.js';

export const checksumNotChecked: CardDefect = inPart(
  {
    id: 'secure-messaging/checksum-not-checked',
    cards: 'both',
    title: 'A checksum must be there and may be any.',
  },
  'CardSession',
  (CardSession) =>
    class extends CardSession {
      protected override assertChecksum(): void {}
    },
);
