/** Refilling coupons between two signatures, and telling how many are left. */

import { type PROFESSIONAL_APPLICATION, type RequestOf, SW } from '../../apdu/index.js';
import { makeCoupon } from '../crypto/index.js';
import type { CardOs } from '../os/card-os.js';
import { refuse } from '../runtime/status-error.js';
import { currentSuite, memberKey, nextCounter } from './group-key.js';
import type { ProfessionalMemory } from './professional-memory.js';

type Commands = typeof PROFESSIONAL_APPLICATION.commands;

export function couponHandlers(os: CardOs, memory: ProfessionalMemory) {
  const { coprocessor, nvm, ram } = os;
  const { group, coupons } = memory;

  const stock = () => {
    const suite = currentSuite(memory);
    return { couponsLeft: coupons.count(suite, group.epoch.value), couponSlots: coupons.slots(suite) };
  };

  return {
    makeCoupon(_request: RequestOf<Commands['makeCoupon']>) {
      const epoch = group.epoch.value;
      const suite = currentSuite(memory);
      if (!coupons.hasRoom(suite, epoch)) refuse(SW.notEnoughMemory);
      // What a power cut in the middle of a renewal may have left.
      coupons.wipeStale(nvm, suite, epoch);
      const member = memberKey(memory, ram);
      const made = makeCoupon(coprocessor, suite, member, nextCounter(memory));
      if (!made) return refuse(SW.conditionsNotSatisfied);
      const coupon = ram.keep(made);
      made.fill(0);
      coupons.store(suite, epoch, coupon);
      return stock();
    },

    readCouponStock(_request: RequestOf<Commands['readCouponStock']>) {
      return stock();
    },
  };
}
