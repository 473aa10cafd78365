import { SW } from '../../../apdu/index.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const statusAlwaysGood: CardDefect = inPart(
  {
    id: 'secure-messaging/status-always-good',
    cards: 'patient',
    title: 'The protected status of a refused command says 9000.',
  },
  'CardSession',
  (CardSession) =>
    class extends CardSession {
      override wrap(data: Uint8Array): Uint8Array {
        return super.wrap(data, SW.ok.sw);
      }
    },
);
