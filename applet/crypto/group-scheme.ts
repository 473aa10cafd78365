/**
 * What the card asks of a group-signature scheme. A scheme is one file that implements {@link GroupScheme}
 * and one row of the table in `group-signature.ts`; the professional application knows no other name of it.
 *
 * Shared by all schemes: sk, D = sk·g and the proof of eq. 3 (`group-join.ts`). A scheme's own: what a
 * credential is, what a signature is, what of it can be made ahead.
 */

import type { GroupSchemeName, GroupSuite } from '../../apdu/index.js';
import type { Coprocessor } from '../runtime/coprocessor.js';

/** What the issuer offers (eq. 4), beside NHI's signature, which the application has checked. */
export type CredentialOffer = {
  /** Nonce of the join, or the epoch (4 bytes) of a re-issue: what the issuer's proof is bound to. */
  readonly freshness: Uint8Array;
  /** SHA-256 of the group public key. */
  readonly groupKeyHash: Uint8Array;
  /** The card's own D, encoded. */
  readonly membershipKey: Uint8Array;
  /** As the suite encodes it on the wire, the issuer's proof in it. */
  readonly credential: Uint8Array;
};

export type CredentialRefusal = 'length' | 'encoding' | 'subgroup' | 'group-key' | 'proof';
export type CredentialResult =
  /** In the form the card computes with and stores, {@link GroupSchemeNeeds.credentialBytes} long. */
  | { readonly ok: true; readonly credential: Uint8Array }
  | { readonly ok: false; readonly reason: CredentialRefusal };

/** What a member's card holds in one epoch. */
export type GroupMemberKey = {
  /** sk, 32 bytes. */
  readonly secretKey: Uint8Array;
  /** As {@link GroupScheme.acceptCredential} gave it. */
  readonly credential: Uint8Array;
  /** K_i, 32 bytes; empty in a scheme that has no use for it. */
  readonly hintKey: Uint8Array;
  /** SHA-256 of the group public key. */
  readonly groupKeyHash: Uint8Array;
  readonly epoch: number;
};

export type StatementToSign = {
  /** Domain tag of the statement, such as `IMIS-v1/gs/eq7`. */
  readonly domain: string;
  /** Canonical TLV of the statement's fields, built by the card. */
  readonly statement: Uint8Array;
};

export type CouponResult =
  | { readonly ok: true; readonly signature: Uint8Array }
  | { readonly ok: false; readonly reason: CouponFault };

export type CouponFault =
  | 'length'
  /** Made under another epoch's credential. */
  | 'epoch'
  /** The secret of the coupon is erased: a response would show sk. */
  | 'destroyed'
  /** c = 0, probability 2^-248: take the next coupon. */
  | 'zero-challenge';

/** Bytes that a scheme takes on the card, for one suite. */
export type GroupSchemeNeeds = {
  /** NVM: the accepted credential. */
  readonly credentialBytes: number;
  /** NVM: one coupon. */
  readonly couponBytes: number;
  /** RAM that a signature holds beside key and statement; the coprocessor's scratch comes on top. */
  readonly signingBytes: number;
};

export interface GroupScheme {
  readonly name: GroupSchemeName;
  /** Whether a member has a hint key K_i for the opening service. */
  readonly usesHintKey: boolean;
  needs(suite: GroupSuite): GroupSchemeNeeds;

  /** Every check before a credential is stored: encodings, subgroup, the issuer's proof. */
  acceptCredential(coprocessor: Coprocessor, suite: GroupSuite, offer: CredentialOffer): CredentialResult;

  /**
   * Signs a statement. `undefined` when the stored key is no valid key.
   * @param counter monotonic, never used before with this key, written by the caller before this call.
   */
  sign(
    coprocessor: Coprocessor,
    suite: GroupSuite,
    key: GroupMemberKey,
    statement: StatementToSign,
    counter: number,
  ): Uint8Array | undefined;

  /**
   * A coupon: everything of a signature that needs no statement, after the epoch in its first four bytes;
   * its last 32 bytes are secret and all zero once destroyed. `undefined` when the stored key is no valid key.
   *
   * Contract of whoever stores coupons. A coupon is read into RAM and destroyed in non-volatile memory, in
   * one atomic write, before {@link spendCoupon} is called; so a card that loses power in between has lost a
   * coupon, and none is ever spent twice: two responses from one coupon give away sk. All coupons of a key
   * go when its credential, epoch or hint key does.
   * @param counter as in {@link sign}.
   */
  makeCoupon(
    coprocessor: Coprocessor,
    suite: GroupSuite,
    key: GroupMemberKey,
    counter: number,
  ): Uint8Array | undefined;

  /** Signs with a coupon, without any multiplication of points; erases `coupon` in every case. */
  spendCoupon(
    coprocessor: Coprocessor,
    suite: GroupSuite,
    key: GroupMemberKey,
    coupon: Uint8Array,
    statement: StatementToSign,
  ): CouponResult;
}

/** Length of the epoch before every coupon, bytes. */
export const COUPON_EPOCH_BYTES = 4;
