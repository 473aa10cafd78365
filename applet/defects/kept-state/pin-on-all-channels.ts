import { type CardDefect, inPart } from '../card-defect.js';

export const pinOnAllChannels: CardDefect = inPart(
  {
    id: 'kept-state/pin-on-all-channels',
    cards: 'both',
    title: 'A PIN verified on one logical channel counts on all.',
  },
  'SecurityStatus',
  (SecurityStatus) =>
    class extends SecurityStatus {
      override hasPin(pin: 'holder' | 'puk' | 'agent'): boolean {
        const bit = { holder: 0x01, puk: 0x02, agent: 0x0c }[pin];
        return this.pins.copies.some(([byte]) => (byte! & bit) !== 0);
      }
    },
);
