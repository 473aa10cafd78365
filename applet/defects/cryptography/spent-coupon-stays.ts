import { type CardDefect, inPart } from '../card-defect.js';

export const spentCouponStays: CardDefect = inPart(
  {
    id: 'cryptography/spent-coupon-stays',
    cards: 'professional',
    title: 'A coupon that was spent is there again: two signatures with one nonce give the member key away.',
  },
  'Nvm',
  (Nvm) =>
    class extends Nvm {
      override write(offset: number, bytes: Uint8Array): void {
        const erases = bytes.length > 150 && bytes.every((byte) => byte === 0);
        if (!erases) super.write(offset, bytes);
      }
    },
);
