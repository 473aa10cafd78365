import { type CardDefect, inPart } from '../card-defect.js';

export const transportKeysStay: CardDefect = inPart(
  {
    id: 'life-cycle/transport-keys-stay',
    cards: 'both',
    title: 'ACTIVATE FILE leaves the transport keys on the card, and a secure channel still opens.',
  },
  'TransportKeys',
  (TransportKeys) =>
    class extends TransportKeys {
      override erase(): void {}
    },
);
