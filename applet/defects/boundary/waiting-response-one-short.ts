import { type CardDefect, inPart } from '../card-defect.js';

export const waitingResponseOneShort: CardDefect = inPart(
  {
    id: 'boundary/waiting-response-one-short',
    cards: 'both',
    title: 'GET RESPONSE gives a byte less than it was asked for and forgets it.',
  },
  'MessageBuffer',
  (MessageBuffer) =>
    class extends MessageBuffer {
      override takeResponse(length: number): Uint8Array {
        const part = super.takeResponse(length);
        return part.length > 1 ? part.subarray(0, -1) : part;
      }
    },
);
