import { type CardDefect, inPart } from '../card-defect.js';

export const responseMacLeftOut: CardDefect = inPart(
  {
    id: 'scp03/response-mac-left-out',
    cards: 'both',
    title: 'Answers carry no R-MAC, though the level has one.',
  },
  'Scp03Channel',
  (Scp03Channel) =>
    class extends Scp03Channel {
      override wrap(data: Uint8Array): Uint8Array {
        return data;
      }
    },
);
