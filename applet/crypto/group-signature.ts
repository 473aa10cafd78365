/** The schemes that this card knows, and group signatures by suite. */

import type { GroupSchemeName, GroupSuite } from '../../apdu/index.js';
import type { Coprocessor } from '../runtime/coprocessor.js';
import { BBS } from './bbs.js';
import type {
  CouponResult,
  CredentialOffer,
  CredentialResult,
  GroupMemberKey,
  GroupScheme,
  GroupSchemeNeeds,
  StatementToSign,
} from './group-scheme.js';
import { PS_G1 } from './ps-g1.js';

/** To add a scheme: a row here. */
const SCHEMES: Readonly<Record<GroupSchemeName, GroupScheme>> = { 'ps-g1': PS_G1, bbs: BBS };

export function groupSchemeOf(suite: GroupSuite): GroupScheme {
  return SCHEMES[suite.scheme];
}

/** Bytes that a suite takes on the card. */
export function groupNeeds(suite: GroupSuite): GroupSchemeNeeds {
  return groupSchemeOf(suite).needs(suite);
}

/** {@link GroupScheme.acceptCredential} of the suite. */
export function acceptCredential(
  coprocessor: Coprocessor,
  suite: GroupSuite,
  offer: CredentialOffer,
): CredentialResult {
  return groupSchemeOf(suite).acceptCredential(coprocessor, suite, offer);
}

/** {@link GroupScheme.sign} of the suite. */
export function signGroup(
  coprocessor: Coprocessor,
  suite: GroupSuite,
  key: GroupMemberKey,
  statement: StatementToSign,
  counter: number,
): Uint8Array | undefined {
  return groupSchemeOf(suite).sign(coprocessor, suite, key, statement, counter);
}

/** Length of a coupon of the suite, bytes. */
export function couponBytes(suite: GroupSuite): number {
  return groupNeeds(suite).couponBytes;
}

/** {@link GroupScheme.makeCoupon} of the suite. */
export function makeCoupon(
  coprocessor: Coprocessor,
  suite: GroupSuite,
  key: GroupMemberKey,
  counter: number,
): Uint8Array | undefined {
  return groupSchemeOf(suite).makeCoupon(coprocessor, suite, key, counter);
}

/** {@link GroupScheme.spendCoupon} of the suite. */
export function spendCoupon(
  coprocessor: Coprocessor,
  suite: GroupSuite,
  key: GroupMemberKey,
  coupon: Uint8Array,
  statement: StatementToSign,
): CouponResult {
  return groupSchemeOf(suite).spendCoupon(coprocessor, suite, key, coupon, statement);
}
