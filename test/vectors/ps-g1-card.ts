/** The card against the vectors of PS-G1: join, credential, split, sign, coupon. */

import { expect } from 'vitest';
import { type GroupSuite, utf8ToBytes } from '../../apdu/index.js';
import {
  acceptCredential,
  type CryptoEngine,
  type GroupMemberKey,
  makeCoupon,
  requestMembership,
  signGroup,
  spendCoupon,
  splitForOpening,
} from '../../applet/index.js';
import { cardWith } from './given-random.js';
import type { TestVector } from './vector-files.js';

const NONE = new Uint8Array(0);

export function cardChecks(suite: GroupSuite, engine?: CryptoEngine) {
  const card = (random: Uint8Array) => cardWith(random, engine);

  function offerOf(v: TestVector) {
    return {
      freshness: v.bytes('freshness'),
      groupKeyHash: v.bytes('groupKeyHash'),
      membershipKey: v.bytes('membershipKey'),
      credential: v.bytes('credential'),
    };
  }

  /** The stored key, after the checks of a join. */
  function keyOf(v: TestVector): GroupMemberKey {
    const accepted = acceptCredential(card(NONE), suite, offerOf(v));
    if (!accepted.ok) throw new Error(`the credential is refused: ${accepted.reason}`);
    return {
      secretKey: v.bytes('secretKey'),
      credential: accepted.credential,
      hintKey: v.bytes('hintKey'),
      groupKeyHash: v.bytes('groupKeyHash'),
      epoch: v.number('epoch'),
    };
  }

  const statementOf = (v: TestVector) => ({ domain: v.text('domain'), statement: v.bytes('statement') });

  return {
    join(v: TestVector) {
      const inputs = {
        nonce: v.bytes('nonce'),
        doctorId: utf8ToBytes(v.text('doctorId')),
        groupKeyHash: v.bytes('groupKeyHash'),
        counter: v.number('counter'),
      };
      expect(requestMembership(card(v.bytes('random')), suite, inputs)).toEqual({
        secretKey: v.bytes('secretKey'),
        membershipKey: v.bytes('membershipKey'),
        proof: v.bytes('proof'),
      });
    },

    acceptCredential(v: TestVector) {
      const result = acceptCredential(card(NONE), suite, offerOf(v));
      expect(result.ok ? 'ok' : result.reason).toBe(v.result);
    },

    split(v: TestVector) {
      const made = splitForOpening(card(v.bytes('random')), suite, v.bytes('secretKey'), v.number('counter'));
      expect(made).toEqual({ a: v.bytes('a'), b: v.bytes('b') });
    },

    sign(v: TestVector) {
      const made = signGroup(card(v.bytes('random')), suite, keyOf(v), statementOf(v), v.number('counter'));
      expect(made).toEqual(v.bytes('signature'));
    },

    makeCoupon(v: TestVector) {
      const made = makeCoupon(card(v.bytes('random')), suite, keyOf(v), v.number('counter'));
      expect(made).toEqual(v.bytes('coupon'));
    },

    spendCoupon(v: TestVector) {
      const spent = spendCoupon(card(NONE), suite, keyOf(v), v.bytes('coupon'), statementOf(v));
      expect(spent.ok ? 'ok' : spent.reason).toBe(v.result);
      if (spent.ok) expect(spent.signature).toEqual(v.bytes('signature'));
    },
  };
}
