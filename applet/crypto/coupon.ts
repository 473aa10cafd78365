/**
 * Coupons: group signatures made ahead up to the statement, epoch ‖ s1 ‖ s2 ‖ U ‖ hint ‖ k. Neither t nor
 * k·t is in them. Two responses from one coupon give away sk = (s − s')/(c − c').
 *
 * Contract of whoever stores them. A coupon is read into RAM and destroyed in non-volatile memory, in one
 * atomic write, before {@link spendCoupon} is called; so a card that loses power in between has lost a
 * coupon, and none is ever spent twice. All coupons of a key go when its credential, epoch or hint key does.
 */

import {
  bytesToUint,
  concatBytes,
  type GroupSuite,
  isScalar,
  SCALAR_BYTES,
  splitGroupSignature,
  uintToBytes,
} from '../../apdu/index.js';
import type { Coprocessor } from '../runtime/coprocessor.js';
import {
  commitGroup,
  type GroupMemberKey,
  respondGroup,
  type StatementToSign,
  signingBytes,
} from './group-signature.js';
import { hedgedNonces } from './hedged-nonce.js';

const EPOCH_BYTES = 4;

/** Length of a coupon, bytes. Its end, k, is secret. */
export function couponBytes(suite: GroupSuite): number {
  return EPOCH_BYTES + suite.signatureBytes;
}

/**
 * Makes a coupon. Three multiplications. `undefined` when the stored key is no valid key.
 * @param counter monotonic, never used before with this key, written by the caller before this call.
 */
export function makeCoupon(
  coprocessor: Coprocessor,
  suite: GroupSuite,
  key: GroupMemberKey,
  counter: number,
): Uint8Array | undefined {
  return coprocessor.hold(signingBytes(suite), () => {
    const nonces = hedgedNonces(coprocessor, suite.order, key.secretKey, counter);
    try {
      const made = commitGroup(coprocessor, suite, key, nonces);
      if (!made) return undefined;
      const { s1, s2, commitment, hint, nonce } = made;
      const coupon = concatBytes(uintToBytes(key.epoch, EPOCH_BYTES), s1, s2, commitment, hint, nonce);
      nonce.fill(0);
      return coupon;
    } finally {
      nonces.wipe();
    }
  });
}

export type CouponResult =
  | { readonly ok: true; readonly signature: Uint8Array }
  | { readonly ok: false; readonly reason: CouponFault };

export type CouponFault =
  | 'length'
  /** Made under another epoch's credential. */
  | 'epoch'
  /** k is zero or no scalar, as in erased memory: a response would show sk. */
  | 'destroyed'
  /** c = 0, probability 2^-248: take the next coupon. */
  | 'zero-challenge';

/**
 * Signs a statement with a coupon: one hash and one modular multiplication, no point operation. Erases
 * `coupon` in every case; the copy in non-volatile memory must be gone already, see above.
 */
export function spendCoupon(
  coprocessor: Coprocessor,
  suite: GroupSuite,
  key: GroupMemberKey,
  coupon: Uint8Array,
  statement: StatementToSign,
): CouponResult {
  try {
    const parts = splitGroupSignature(suite, coupon.subarray(EPOCH_BYTES));
    if (!parts) return { ok: false, reason: 'length' };
    if (bytesToUint(coupon.subarray(0, EPOCH_BYTES)) !== key.epoch) return { ok: false, reason: 'epoch' };
    const { response: nonce, ...made } = parts;
    if (!isScalar(suite, nonce) || nonce.every((byte) => byte === 0)) {
      return { ok: false, reason: 'destroyed' };
    }
    return coprocessor.hold(suite.signatureBytes + 2 * SCALAR_BYTES, () => {
      const signature = respondGroup(coprocessor, suite, key, { ...made, nonce }, statement);
      return signature ? { ok: true, signature } : { ok: false, reason: 'zero-challenge' };
    });
  } finally {
    coupon.fill(0);
  }
}
