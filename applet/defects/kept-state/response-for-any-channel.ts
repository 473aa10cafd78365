import { type CardDefect, inPart } from '../card-defect.js';

export const responseForAnyChannel: CardDefect = inPart(
  {
    id: 'kept-state/response-for-any-channel',
    cards: 'both',
    title: 'A response that waits is given to whichever logical channel asks.',
  },
  'MessageBuffer',
  (MessageBuffer) =>
    class extends MessageBuffer {
      override belongsTo(): boolean {
        return true;
      }
    },
);
