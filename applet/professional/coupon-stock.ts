/**
 * Coupons in persistent memory: an area cut into slots of the length that the card's suite needs. A slot
 * counts as full only for the epoch that its coupon names, so the write that changes the card's epoch ends
 * every coupon there is.
 */

import { bytesToUint, type GroupSuite } from '../../apdu/index.js';
import { COUPON_EPOCH_BYTES, couponBytes } from '../crypto/index.js';
import type { MemoryPlan, NvmArea, NvmString } from '../runtime/allocation.js';
import type { CardLimits } from '../runtime/card-limits.js';
import type { Nvm } from '../runtime/nvm.js';

/** Room for 64 coupons of the default suite: three signatures a patient, so one refill for twenty of them. */
const MOST_BYTES = 64 * 190;
/** Coupons take this part of a small card's memory at most. */
const PART_OF_NVM = 4;
const EMPTY = new Uint8Array(0);

export class CouponStock {
  private readonly area: NvmArea;

  /** @throws {ProfileTooSmall} */
  constructor(
    memory: MemoryPlan,
    private readonly limits: CardLimits,
  ) {
    this.area = memory.area('coupons', Math.min(MOST_BYTES, Math.floor(limits.nvmBytes / PART_OF_NVM)));
  }

  /** Coupons of a suite that there is room for. */
  slots(suite: GroupSuite): number {
    return this.area.slots(couponBytes(suite));
  }

  /** Coupons of an epoch that are left. */
  count(suite: GroupSuite, epoch: number): number {
    return this.all(suite).filter((slot) => isOf(slot, epoch)).length;
  }

  /** Whether another coupon of an epoch finds a slot: empty, or with one of another epoch. */
  hasRoom(suite: GroupSuite, epoch: number): boolean {
    return this.count(suite, epoch) < this.slots(suite);
  }

  /** Keeps a coupon of `epoch`, in one transaction. */
  store(suite: GroupSuite, epoch: number, coupon: Uint8Array): void {
    const free = this.all(suite).find((slot) => !isOf(slot, epoch));
    if (!free) throw new Error('no slot is free');
    free.write(coupon);
  }

  /**
   * A coupon of `epoch`: handed to `keep` while it is still there, then destroyed. It is gone from
   * persistent memory before this returns; if the power goes meanwhile, it is whole or lost.
   */
  take(suite: GroupSuite, epoch: number, keep: (coupon: Uint8Array) => Uint8Array): Uint8Array | undefined {
    const slot = this.all(suite).find((candidate) => isOf(candidate, epoch));
    if (!slot) return undefined;
    const coupon = slot.read();
    const kept = keep(coupon);
    coupon.fill(0);
    slot.write(EMPTY);
    return kept;
  }

  /** Wipes coupons of other epochs: they count no more, and nothing of them should stay. */
  wipeStale(nvm: Nvm, suite: GroupSuite, epoch: number): void {
    const stale = this.all(suite).filter((slot) => !slot.isEmpty && !isOf(slot, epoch));
    const atOnce = Math.max(1, Math.floor(this.limits.commitBufferBytes / (couponBytes(suite) + 2)));
    for (let at = 0; at < stale.length; at += atOnce) {
      nvm.atomically(() => {
        for (const slot of stale.slice(at, at + atOnce)) slot.write(EMPTY);
      });
    }
  }

  private all(suite: GroupSuite): readonly NvmString[] {
    const capacity = couponBytes(suite);
    return Array.from({ length: this.slots(suite) }, (_, i) => this.area.string(i, capacity));
  }
}

function isOf(slot: NvmString, epoch: number): boolean {
  return !slot.isEmpty && bytesToUint(slot.slice(0, COUPON_EPOCH_BYTES)) === epoch;
}
