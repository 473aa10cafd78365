/** A new epoch on a card in use, and the join with a member key that NHI makes. */

import { encodeTemplate, GROUP_SUITES, PROFESSIONAL_APPLICATION, STATEMENT, SW } from '../../apdu/index.js';
import { caseFamily, PROFESSIONAL } from '../case.js';
import { expectOk, expectRefusal, expectThat } from '../checks.js';
import { EPOCH, type RenewalChanges, TestGroup } from '../issuer/group.js';
import { prepareProfessional } from '../issuer/personalise.js';
import { isStatementSignature, TestIssuer } from '../issuer/test-issuer.js';
import type { TestCard } from '../test-card.js';
import { verifyPin } from './steps.js';

const { commands, algorithms } = PROFESSIONAL_APPLICATION;
const { activate, joinRequest, joinComplete, renewMembership, issuerMadeRequest, issuerMadeComplete } =
  commands;
const { makeCoupon, readCouponStock, computeSignature, manageSecurityEnvironment } = commands;
const RENEWAL = 'project, CRYPTO section 2: epochs';
const ISSUER_MADE = 'project, PROTOCOL eq. 4: F_GK(MK, ID_D) = K_D';
const BLS = 'ps-g1-bls12381';

/** An operational card that joined, its PIN verified. */
async function memberCard(card: TestCard) {
  const { decryptionKey } = await prepareProfessional(card);
  const group = new TestGroup(card.issuer, BLS);
  const nonce = card.random.bytes(16);
  const { groupKeyHash } = group;
  const { membershipKey } = await expectOk(card, joinRequest, {
    data: { nonce, suite: GROUP_SUITES[BLS].id, groupKeyHash },
  });
  await expectOk(card, joinComplete, { data: group.credential({ nonce, membershipKey, decryptionKey }) });
  await expectOk(card, activate, {});
  await verifyPin(card);
  return { group, member: { membershipKey, decryptionKey } };
}

/** A group signature on a record, what it signs, and the epoch that it is of. */
async function signed(card: TestCard) {
  const { reference, input } = algorithms.newRecord;
  await expectOk(card, manageSecurityEnvironment, {
    p2: 'digital signature',
    data: { algorithm: Uint8Array.of(reference) },
  });
  const data = encodeTemplate(input, {
    messageId: card.random.bytes(16),
    recordHash: card.random.bytes(32),
    pid: card.random.bytes(16),
    visitId: card.random.bytes(16),
    hospitalId: 'H-1',
    time: TestIssuer.daysAfterToday(1),
  });
  return { data, ...(await expectOk(card, computeSignature, { data })) };
}

async function expectEpoch(card: TestCard, epoch: number): Promise<void> {
  const answer = await signed(card);
  expectThat(answer.epoch === epoch, `a signature of epoch ${epoch}`, `one of epoch ${answer.epoch}`);
}

/** A record of the next epoch, changed before NHI signs it, is refused and changes nothing. */
function refuses(name: string, title: string, changes: (card: TestCard, group: TestGroup) => RenewalChanges) {
  return {
    name: `renewal-${name}`,
    title: `a record of a new epoch ${title} is refused, and the card goes on as before`,
    async run(card: TestCard) {
      const { group, member } = await memberCard(card);
      const data = group.renewal(member, EPOCH + 1, changes(card, group));
      await expectRefusal(card, renewMembership, { data }, SW.incorrectData);
      await expectEpoch(card, EPOCH);
    },
  };
}

export const MEMBERSHIP_RENEWAL_CASES = caseFamily(
  {
    category: 'membership',
    applications: PROFESSIONAL,
    fixture: 'blank',
    features: ['group-signature', 'personalisation'],
    clause: RENEWAL,
  },
  [
    {
      name: 'renewal-of-everything',
      title:
        'after a record of a new epoch the card signs in the group of that epoch, with its credential and its hint',
      clause: `${RENEWAL}; docs/group-signature-format.md, hint`,
      async run(card) {
        const { group, member } = await memberCard(card);
        const before = await signed(card);
        expectThat(group.hasHint(before.groupSignature), "the hint by this member's key", 'another');
        const next = new TestGroup(card.issuer, BLS, 'next group');
        await expectOk(card, renewMembership, { data: next.renewal(member, EPOCH + 1) });
        const { data, epoch, groupSignature } = await signed(card);
        expectThat(next.hasHint(groupSignature), 'the hint by the new key', 'another');
        expectThat(
          next.isGroupSignature(STATEMENT.newRecord, data, groupSignature, epoch),
          'a signature of the group of the new epoch',
          'one that does not verify',
        );
      },
    },
    {
      name: 'renewal-higher-epoch',
      title: 'a record of a higher epoch is taken; an older or the same one afterwards is refused with 6985',
      async run(card) {
        const { group, member } = await memberCard(card);
        await expectOk(card, renewMembership, { data: group.renewal(member, EPOCH + 2) });
        await expectEpoch(card, EPOCH + 2);
        for (const epoch of [EPOCH + 2, EPOCH + 1, EPOCH]) {
          const data = group.renewal(member, epoch);
          await expectRefusal(card, renewMembership, { data }, SW.conditionsNotSatisfied);
        }
        await card.powerCycle();
        await card.select();
        await verifyPin(card);
        await expectEpoch(card, EPOCH + 2);
      },
    },
    {
      name: 'renewal-ends-coupons',
      title: 'with a new epoch no coupon is left',
      async run(card) {
        const { group, member } = await memberCard(card);
        await expectOk(card, makeCoupon, {});
        await expectOk(card, makeCoupon, {});
        await expectOk(card, renewMembership, { data: group.renewal(member, EPOCH + 1) });
        const { couponsLeft } = await expectOk(card, readCouponStock, {});
        expectThat(couponsLeft === 0, 'no coupon', `${couponsLeft}`);
        await expectEpoch(card, EPOCH + 1);
      },
    },
    refuses('of-a-stranger', 'that NHI did not sign', ({ issuer }) => ({ signer: issuer.strangerKeys })),
    refuses('of-another-doctor', 'for another doctor', () => ({ doctorId: 'D-OTHER' })),
    refuses('expired', 'that has expired', () => ({ expirationDate: TestIssuer.daysAfterToday(-1) })),
    refuses('torsion', 'with σ1 outside the subgroup of prime order', (_, { g1 }) => ({
      sigma1: g1.outsideSubgroup(),
    })),
    refuses('infinity', 'with σ1 the point at infinity', () => ({
      sigma1: Uint8Array.of(0xc0, ...new Uint8Array(47)),
    })),
    refuses('off-the-curve', 'with σ1 off the curve', () => ({ sigma1: new Uint8Array(48).fill(0xff) })),
    refuses('other-proof', 'whose proof of u is bound to another epoch', () => ({ provenEpoch: EPOCH })),
    {
      name: 'renewal-not-without-pin',
      title: 'without the PIN no record is taken',
      clause: `${RENEWAL}; ISO/IEC 7816-4:2020, 9.3`,
      async run(card) {
        const { group, member } = await memberCard(card);
        await card.select();
        const data = group.renewal(member, EPOCH + 1);
        await expectRefusal(card, renewMembership, { data }, SW.securityStatusNotSatisfied);
      },
    },
    {
      name: 'issuer-made',
      title: 'a card takes a member key that NHI made, after SK_D asked for it, and signs with it',
      clause: ISSUER_MADE,
      async run(card) {
        const { signingKey, decryptionKey } = await prepareProfessional(card);
        const group = new TestGroup(card.issuer, BLS);
        const nonce = card.random.bytes(16);
        const { groupKeyHash } = group;
        const { signature } = await expectOk(card, issuerMadeRequest, {
          data: { nonce, suite: GROUP_SUITES[BLS].id, groupKeyHash },
        });
        const { doctorId } = card.issuer;
        const asked = { doctorId, nonce, groupKeyHash, decryptionKey };
        const fields = encodeTemplate(STATEMENT.issuerMadeRegistration.fields, asked);
        expectThat(
          isStatementSignature(signingKey, STATEMENT.issuerMadeRegistration, fields, signature),
          'a signature of SK_D on the request',
          'a signature that does not verify',
        );
        await expectRefusal(card, activate, {}, SW.conditionsNotSatisfied);
        await expectOk(card, issuerMadeComplete, { data: group.issuerMade(nonce, decryptionKey) });
        await expectOk(card, activate, {});
        await verifyPin(card);
        await expectEpoch(card, EPOCH);
      },
    },
    {
      name: 'issuer-made-other-key',
      title: 'a member key that is not the one in D is refused, and so is one that nobody asked for',
      clause: `${ISSUER_MADE}; ISO/IEC 7816-4:2020, 5.6 (6A80, 6985)`,
      async run(card) {
        const { decryptionKey } = await prepareProfessional(card);
        const group = new TestGroup(card.issuer, BLS);
        const nonce = card.random.bytes(16);
        const good = group.issuerMade(nonce, decryptionKey);
        await expectRefusal(card, issuerMadeComplete, { data: good }, SW.conditionsNotSatisfied);
        const { groupKeyHash } = group;
        const request = { nonce, suite: GROUP_SUITES[BLS].id, groupKeyHash };
        await expectOk(card, joinRequest, { data: request });
        await expectRefusal(card, issuerMadeComplete, { data: good }, SW.conditionsNotSatisfied);
        await expectOk(card, issuerMadeRequest, { data: request });
        const data = group.issuerMade(nonce, decryptionKey, { otherKey: true });
        await expectRefusal(card, issuerMadeComplete, { data }, SW.incorrectData);
        await expectOk(card, issuerMadeComplete, { data: good });
      },
    },
  ],
);
