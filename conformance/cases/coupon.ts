/** Coupons: signatures made ahead, spent once. */

import { encodeTemplate, PROFESSIONAL_APPLICATION, STATEMENT, SW } from '../../apdu/index.js';
import { caseFamily, PROFESSIONAL } from '../case.js';
import { expectDifferent, expectOk, expectRefusal, expectStatus, expectThat } from '../checks.js';
import { TestGroup } from '../issuer/group.js';
import { joinGroup, prepareProfessional } from '../issuer/personalise.js';
import type { TestCard } from '../test-card.js';
import { verifyPin } from './steps.js';

const { commands, algorithms } = PROFESSIONAL_APPLICATION;
const { activate, makeCoupon, readCouponStock, computeSignature, manageSecurityEnvironment } = commands;
const COUPONS = 'project, CRYPTO section 2: a coupon is spent once';
/** A signature begins with s1, 48 bytes on BLS12-381. */
const S1_BYTES = 48;

/** Signs a visit confirmation and checks it; answers s1. */
async function sign(card: TestCard): Promise<Uint8Array> {
  const { reference, input } = algorithms.visitConfirmation;
  await expectOk(card, manageSecurityEnvironment, {
    p2: 'digital signature',
    data: { algorithm: Uint8Array.of(reference) },
  });
  const data = encodeTemplate(input, {
    envelopeHash: card.random.bytes(32),
    challenge: card.random.bytes(16),
    hospitalId: 'H-1',
    replyKey: card.issuer.sealingKeys.publicKey,
  });
  const { groupSignature } = await expectOk(card, computeSignature, { data });
  const group = new TestGroup(card.issuer, 'ps-g1-bls12381');
  expectThat(
    group.isGroupSignature(STATEMENT.visitConfirmation, data, groupSignature),
    'a group signature that verifies',
    'one that does not',
  );
  return groupSignature.subarray(0, S1_BYTES);
}

async function couponsLeft(card: TestCard): Promise<number> {
  return (await expectOk(card, readCouponStock, {})).couponsLeft;
}

export const COUPON_CASES = caseFamily(
  {
    category: 'membership',
    applications: PROFESSIONAL,
    fixture: 'operational',
    features: ['group-signature'],
    clause: COUPONS,
  },
  [
    {
      name: 'coupon-spent-once',
      title: 'each coupon makes one signature; afterwards the card signs without',
      async run(card) {
        await verifyPin(card);
        const before = await couponsLeft(card);
        const { couponsLeft: made } = await expectOk(card, makeCoupon, {});
        expectThat(made === before + 1, `${before + 1} coupons`, `${made}`);
        await expectOk(card, makeCoupon, {});
        const seen: Uint8Array[] = [];
        for (let left = before + 1; left >= -1; left--) {
          const s1 = await sign(card);
          for (const earlier of seen) expectDifferent(earlier, s1, 's1 of two signatures');
          seen.push(s1);
          const stock = await couponsLeft(card);
          expectThat(stock === Math.max(0, left), `${Math.max(0, left)} coupons left`, `${stock}`);
        }
      },
    },
    {
      name: 'coupon-survives-power-cycle',
      title: 'a coupon is there after the power was away, and is still spent once',
      async run(card) {
        await verifyPin(card);
        const before = await couponsLeft(card);
        await expectOk(card, makeCoupon, {});
        await card.powerCycle();
        await card.select();
        await verifyPin(card);
        const first = await sign(card);
        await card.powerCycle();
        await card.select();
        await verifyPin(card);
        const left = await couponsLeft(card);
        expectThat(left === before, `${before} coupons left`, `${left}`);
        expectDifferent(first, await sign(card), 's1 of two signatures');
      },
    },
    {
      name: 'coupon-not-for-malformed-statement',
      title: 'a refused statement costs no coupon',
      clause: `${COUPONS}; ISO/IEC 7816-4:2020, 5.6 (6A80)`,
      async run(card) {
        await verifyPin(card);
        await expectOk(card, makeCoupon, {});
        const before = await couponsLeft(card);
        await expectStatus(card, '002241b603800109', SW.ok);
        await expectRefusal(card, computeSignature, { data: Uint8Array.of(0) }, SW.incorrectData);
        const left = await couponsLeft(card);
        expectThat(left === before, `${before} coupons left`, `${left}`);
      },
    },
    {
      name: 'coupon-slots-bound',
      title: 'when every slot is full another coupon is refused with 6A84, and those there are stay',
      clause: 'project specification, COUPON: MAKE (6A84)',
      fixture: 'blank',
      async run(card) {
        const { decryptionKey } = await prepareProfessional(card);
        await joinGroup(card, decryptionKey, 'ps-g1-bn254');
        await expectOk(card, activate, {});
        await verifyPin(card);
        const { couponSlots } = await expectOk(card, readCouponStock, {});
        for (let made = 0; made < couponSlots; made++) await expectOk(card, makeCoupon, {});
        await expectRefusal(card, makeCoupon, {}, SW.notEnoughMemory);
        const left = await couponsLeft(card);
        expectThat(left === couponSlots, `${couponSlots} coupons`, `${left}`);
      },
    },
    {
      name: 'coupon-not-without-pin',
      title: 'without the PIN no coupon is made and none is counted',
      clause: 'ISO/IEC 7816-4:2020, 9.3',
      async run(card) {
        await expectRefusal(card, makeCoupon, {}, SW.securityStatusNotSatisfied);
        await expectRefusal(card, readCouponStock, {}, SW.securityStatusNotSatisfied);
      },
    },
    {
      name: 'coupon-not-a-member',
      title: 'a card that is no member makes no coupons',
      clause: 'project specification, COUPON: MAKE (6985)',
      fixture: 'blank',
      async run(card) {
        await prepareProfessional(card);
        await expectOk(card, activate, {});
        await verifyPin(card);
        await expectRefusal(card, makeCoupon, {}, SW.conditionsNotSatisfied);
        await expectRefusal(card, readCouponStock, {}, SW.conditionsNotSatisfied);
      },
    },
  ],
);
