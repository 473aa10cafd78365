import { type CardDefect, inPart } from '../card-defect.js';

export const questionCostsATry: CardDefect = inPart(
  {
    id: 'pin/question-costs-a-try',
    cards: 'both',
    title: 'VERIFY without data, which only asks, spends a try.',
  },
  'CommandProcessor',
  (CommandProcessor) =>
    class extends CommandProcessor {
      override process(bytes: Uint8Array) {
        const asks = bytes.length === 4 && bytes[1] === 0x20 && bytes[2] === 0;
        if (!asks) return super.process(bytes);
        const wrong = Uint8Array.of(bytes[0]!, 0x20, 0, bytes[3]!, 4, 0xff, 0xff, 0xff, 0xff);
        return super.process(wrong);
      }
    },
);
