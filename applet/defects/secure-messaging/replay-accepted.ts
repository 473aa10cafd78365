import { type CardDefect, inPart } from '../card-defect.js';

export const replayAccepted: CardDefect = inPart(
  {
    id: 'secure-messaging/replay-accepted',
    cards: 'patient',
    title: 'A protected command is taken twice: the counter of the message before is good as well.',
  },
  'CardSession',
  (CardSession) =>
    class extends CardSession {
      override unwrap(header: Uint8Array, data: Uint8Array) {
        const before = this.counter.value;
        const macKey = this.macKey.bytes.slice();
        const encryptionKey = this.encryptionKey.bytes.slice();
        try {
          return super.unwrap(header, data.slice());
        } catch (error) {
          if (before < 2) throw error;
          this.active.value = 1;
          this.macKey.bytes.set(macKey);
          this.encryptionKey.bytes.set(encryptionKey);
          this.counter.value = before - 2;
          return super.unwrap(header, data);
        }
      }
    },
);
