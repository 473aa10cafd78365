import { equalBytes } from '../../../apdu/index.js';
import { type CardDefect, inPart } from '../card-defect.js';

export const blockedPinStillRight: CardDefect = inPart(
  {
    id: 'pin/blocked-pin-still-right',
    cards: 'both',
    title: 'A blocked PIN still verifies when it is right.',
  },
  'Pin',
  (Pin) =>
    class extends Pin {
      override check(candidate: Uint8Array): void {
        if (this.triesLeft === 0 && equalBytes(this.value.read(), candidate)) return;
        super.check(candidate);
      }
    },
);
