/**
 * The register for opening at a join: a device turns its part of sk into a multiple of g~, the opening
 * service adds the two and checks the sum against D. Sealing, the signature with D and the nonce, and the
 * rule of one registration for each D are the callers'.
 */

import { isScalar } from '../../../../apdu/index.js';
import type { HostCurve, PointFault } from '../host-curve.js';

/**
 * A device's share: part·g~, encoded G2 point; the device then forgets the part.
 * @throws {RangeError} when the part is no scalar in [1, r).
 */
export function openingShare(curve: HostCurve, part: Uint8Array): Uint8Array {
  if (!isScalar(curve.parameters, part) || part.every((byte) => byte === 0)) {
    throw new RangeError('a part of a secret key is a scalar between 1 and the order');
  }
  return curve.encodeG2(curve.lib.mul(curve.g2, curve.scalar(part)));
}

export type OpeningShares = {
  /** D = sk·g of the join, encoded G1 point. */
  readonly membershipKey: Uint8Array;
  /** Shares of the doctor's device and of the kiosk, in any order; encoded G2 points. */
  readonly shares: readonly [Uint8Array, Uint8Array];
};

export type OpeningKeyResult =
  /** T~ = sk·g~, encoded; secret. */
  | { readonly ok: true; readonly openingKey: Uint8Array }
  /** `mismatch`: the sum is not D's. */
  | { readonly ok: false; readonly reason: PointFault | 'mismatch' };

/** The service's check: shares in the subgroup, and e(D, g~) = e(g, T~) for their sum T~. */
export function combineOpeningShares(
  curve: HostCurve,
  { membershipKey, shares }: OpeningShares,
): OpeningKeyResult {
  const { lib, g1, g2 } = curve;
  const member = curve.decodeG1(membershipKey);
  if (!member.ok) return member;
  const first = curve.decodeG2(shares[0]);
  if (!first.ok) return first;
  const second = curve.decodeG2(shares[1]);
  if (!second.ok) return second;
  const key = lib.add(first.point, second.point);
  if (key.isZero()) return { ok: false, reason: 'mismatch' };
  const product = lib.mul(lib.millerLoop(g1, key), lib.millerLoop(lib.neg(member.point), g2));
  if (!lib.finalExp(product).isOne()) return { ok: false, reason: 'mismatch' };
  return { ok: true, openingKey: curve.encodeG2(key) };
}
