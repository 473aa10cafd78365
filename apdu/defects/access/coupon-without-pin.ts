import { inCommand, type SpecificationDefect } from '../specification-defect.js';

export const couponWithoutPin: SpecificationDefect = inCommand(
  { id: 'access/coupon-without-pin', cards: 'professional', title: 'A coupon is made without the PIN.' },
  'makeCoupon',
  () => ({ access: 'always' }),
);
