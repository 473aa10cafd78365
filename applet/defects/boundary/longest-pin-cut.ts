import { type CardDefect, inPart } from '../card-defect.js';

export const longestPinCut: CardDefect = inPart(
  {
    id: 'boundary/longest-pin-cut',
    cards: 'both',
    title: 'Of a PIN of twelve digits the last one is not stored.',
  },
  'Pin',
  (Pin) =>
    class extends Pin {
      override set(value: Uint8Array): void {
        super.set(value.subarray(0, 11));
      }
    },
);
