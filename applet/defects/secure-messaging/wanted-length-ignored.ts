import { type CardDefect, inPart } from '../card-defect.js';

export const wantedLengthIgnored: CardDefect = inPart(
  {
    id: 'secure-messaging/wanted-length-ignored',
    cards: 'patient',
    title: 'Le of a protected command does not end the answer.',
  },
  'CardSession',
  (CardSession) =>
    class extends CardSession {
      override unwrap(header: Uint8Array, data: Uint8Array) {
        return { ...super.unwrap(header, data), le: undefined };
      }
    },
);
