import { type CardDefect, inPart } from '../card-defect.js';

export const chainedLinksOverlap: CardDefect = inPart(
  {
    id: 'boundary/chained-links-overlap',
    cards: 'both',
    title: 'A link of a chain is put one byte too early over the one before.',
  },
  'MessageBuffer',
  (MessageBuffer) =>
    class extends MessageBuffer {
      override append(header: Uint8Array, part: Uint8Array): void {
        if (this.inChain && this.chainLength.value > 0) this.chainLength.value -= 1;
        super.append(header, part);
      }
    },
);
