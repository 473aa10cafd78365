import { type CardDefect, inProfessionalHandler } from '../card-defect.js';

export const couponsMiscounted: CardDefect = inProfessionalHandler(
  { id: 'flows/coupons-miscounted', cards: 'professional', title: 'One coupon more is told than there is.' },
  'readCouponStock',
  (good) => (request) => {
    const stock = good(request);
    return { ...stock, couponsLeft: stock.couponsLeft + 1 };
  },
);
