/** The split of the member key for the register of openings: each half once, never both in one session. */

import {
  encodeTemplate,
  GROUP_SUITES,
  OPENING_HALF,
  type OpeningHalf,
  PROFESSIONAL_APPLICATION,
  STATEMENT,
  SW,
} from '../../apdu/index.js';
import { caseFamily, PROFESSIONAL } from '../case.js';
import { expectOk, expectRefusal, expectThat } from '../checks.js';
import { TestGroup } from '../issuer/group.js';
import { fromBytes } from '../issuer/p256.js';
import { prepareProfessional } from '../issuer/personalise.js';
import { isStatementSignature } from '../issuer/test-issuer.js';
import type { TestCard } from '../test-card.js';
import { verifyPin } from './steps.js';

const { activate, joinRequest, joinComplete, exportOpeningHalf } = PROFESSIONAL_APPLICATION.commands;
const SPLIT = 'project, CRYPTO section 2, join step 4';

/** A member's operational card with the PIN verified, and what a service would know of it. */
async function memberCard(card: TestCard) {
  const { signingKey, decryptionKey } = await prepareProfessional(card);
  const group = new TestGroup(card.issuer, 'ps-g1-bn254');
  const nonce = card.random.bytes(16);
  const suite = GROUP_SUITES['ps-g1-bn254'].id;
  const { membershipKey } = await expectOk(card, joinRequest, {
    data: { nonce, suite, groupKeyHash: group.groupKeyHash },
  });
  await expectOk(card, joinComplete, { data: group.credential({ nonce, membershipKey, decryptionKey }) });
  await expectOk(card, activate, {});
  await verifyPin(card);
  return { group, membershipKey, signingKey };
}

async function half(card: TestCard, p1: OpeningHalf, nonce = card.random.bytes(16)) {
  return { nonce, ...(await expectOk(card, exportOpeningHalf, { p1, data: { nonce } })) };
}

async function refuses(card: TestCard, p1: OpeningHalf): Promise<void> {
  const data = { nonce: card.random.bytes(16) };
  await expectRefusal(card, exportOpeningHalf, { p1, data }, SW.conditionsNotSatisfied);
}

async function again(card: TestCard): Promise<void> {
  await card.powerCycle();
  await card.select();
  await verifyPin(card);
}

export const OPENING_SPLIT_CASES = caseFamily(
  {
    category: 'membership',
    applications: PROFESSIONAL,
    fixture: 'blank',
    features: ['group-signature', 'personalisation'],
    clause: SPLIT,
  },
  [
    {
      name: 'split-halves',
      title: 'the two halves are those of the key in D, and SK_D signs for each of them',
      async run(card) {
        const { group, membershipKey, signingKey } = await memberCard(card);
        const device = await half(card, 'device');
        await again(card);
        const kiosk = await half(card, 'kiosk');
        const { g1 } = group;
        const sum = (fromBytes(device.openingHalf) + fromBytes(kiosk.openingHalf)) % g1.order;
        const point = g1.multiply(g1.generator, sum);
        expectThat(
          point !== undefined && Buffer.compare(g1.encode(point), membershipKey) === 0,
          'halves whose sum is the member key',
          'others',
        );
        for (const [name, given] of [
          ['device', device],
          ['kiosk', kiosk],
        ] as const) {
          const fields = encodeTemplate(STATEMENT.openingHalf.fields, {
            doctorId: card.issuer.doctorId,
            nonce: given.nonce,
            membershipKey,
            openingHalfOf: OPENING_HALF[name],
          });
          expectThat(
            isStatementSignature(signingKey, STATEMENT.openingHalf, fields, given.signature),
            'a signature of SK_D that names the nonce, D and whose half it is',
            'a signature that does not verify',
          );
        }
      },
    },
    {
      name: 'split-not-in-one-session',
      title: "the kiosk's half comes after the device's and after a power cycle; selecting anew is none",
      async run(card) {
        await memberCard(card);
        await refuses(card, 'kiosk');
        await again(card);
        await refuses(card, 'kiosk');
        await half(card, 'device');
        await refuses(card, 'kiosk');
        await card.select();
        await verifyPin(card);
        await refuses(card, 'kiosk');
        await again(card);
        await half(card, 'kiosk');
      },
    },
    {
      name: 'split-once',
      title: 'each half is given once',
      async run(card) {
        await memberCard(card);
        await half(card, 'device');
        await refuses(card, 'device');
        await again(card);
        await refuses(card, 'device');
        await half(card, 'kiosk');
        await again(card);
        await refuses(card, 'kiosk');
        await refuses(card, 'device');
      },
    },
    {
      name: 'split-not-without-pin',
      title: 'without the PIN no half leaves the card',
      clause: `${SPLIT}; ISO/IEC 7816-4:2020, 9.3`,
      async run(card) {
        await memberCard(card);
        await card.select();
        for (const p1 of ['device', 'kiosk'] as const) {
          const data = { nonce: card.random.bytes(16) };
          await expectRefusal(card, exportOpeningHalf, { p1, data }, SW.securityStatusNotSatisfied);
        }
      },
    },
    {
      name: 'split-not-a-member',
      title: 'a card that is no member has nothing to split',
      clause: 'project specification, SPLIT FOR OPENING (6985)',
      async run(card) {
        await prepareProfessional(card);
        await expectOk(card, activate, {});
        await verifyPin(card);
        await refuses(card, 'device');
      },
    },
  ],
);
