import { type CardDefect, inPart } from '../card-defect.js';

export const unopenedSession: CardDefect = inPart(
  {
    id: 'secure-messaging/unopened-session',
    cards: 'patient',
    title: 'A protected command before any session is answered as if it had none.',
  },
  'CardSession',
  (CardSession) =>
    class extends CardSession {
      override unwrap(header: Uint8Array, data: Uint8Array) {
        return this.isOpen ? super.unwrap(header, data) : { data: new Uint8Array(0), le: undefined };
      }
    },
);
