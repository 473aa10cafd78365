import type { StatusWord } from '../../../apdu/index.js';
import { refuse } from '../../runtime/status-error.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const sessionOutlivesFault: CardDefect = inPart(
  {
    id: 'secure-messaging/session-outlives-fault',
    cards: 'patient',
    title: 'A wrong checksum does not end the session.',
  },
  'CardSession',
  (CardSession) =>
    class extends CardSession {
      protected override end(status: StatusWord): never {
        this.counter.value -= 1;
        return refuse(status);
      }
    },
);
