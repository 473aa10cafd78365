import { type CardDefect, inPart } from '../card-defect.js';

export const oneByteLessAnnounced: CardDefect = inPart(
  { id: 'boundary/one-byte-less-announced', cards: 'both', title: '61xx announces a byte less than waits.' },
  'CommandProcessor',
  (CommandProcessor) =>
    class extends CommandProcessor {
      protected override release(length: number) {
        const { data, sw } = super.release(length);
        return { data, sw: sw >> 8 === 0x61 && (sw & 0xff) > 1 ? sw - 1 : sw };
      }
    },
);
