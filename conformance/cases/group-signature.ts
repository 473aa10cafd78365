/** Signing as some member of the doctors' group (eq. 7, 9, 10). */

import {
  encodeTemplate,
  fromHex,
  GROUP_SUITES,
  PROFESSIONAL_APPLICATION,
  STATEMENT,
  type Statement,
  SW,
  type Template,
  type ValuesOf,
} from '../../apdu/index.js';
import { caseFamily, PROFESSIONAL } from '../case.js';
import {
  checkStatus,
  expectDifferent,
  expectOk,
  expectRefusal,
  expectStatus,
  expectThat,
} from '../checks.js';
import { EPOCH, TestGroup } from '../issuer/group.js';
import { joinGroup, prepareProfessional } from '../issuer/personalise.js';
import { TestIssuer } from '../issuer/test-issuer.js';
import type { TestCard } from '../test-card.js';
import { verifyPin } from './steps.js';

const { commands, algorithms } = PROFESSIONAL_APPLICATION;
const { activate, computeSignature, makeCoupon, manageSecurityEnvironment } = commands;
const SIGN = 'project, PROTOCOL eq. 7, 9, 10; ISO/IEC 7816-8:2019, 11.5';

/** Signs a statement of the group as an operational card of the fixture. */
async function groupSign<const T extends Template>(
  card: TestCard,
  reference: number,
  fields: T,
  values: ValuesOf<T>,
) {
  await expectOk(card, manageSecurityEnvironment, {
    p2: 'digital signature',
    data: { algorithm: Uint8Array.of(reference) },
  });
  const data = encodeTemplate(fields, values);
  return { data, answer: await expectOk(card, computeSignature, { data }) };
}

function visitConfirmation(card: TestCard): ValuesOf<typeof STATEMENT.visitConfirmation.fields> {
  return {
    envelopeHash: card.random.bytes(32),
    challenge: card.random.bytes(16),
    hospitalId: 'H-1',
    replyKey: card.issuer.sealingKeys.publicKey,
  };
}

function expectGroupSignature(
  card: TestCard,
  statement: Statement,
  signed: Awaited<ReturnType<typeof groupSign>>,
): void {
  const { suite, epoch, groupSignature } = signed.answer;
  expectThat(
    suite === GROUP_SUITES['ps-g1-bls12381'].id && epoch === EPOCH,
    `suite ${GROUP_SUITES['ps-g1-bls12381'].id}, epoch ${EPOCH}`,
    `suite ${suite}, epoch ${epoch}`,
  );
  const group = new TestGroup(card.issuer, 'ps-g1-bls12381');
  expectThat(
    group.isGroupSignature(statement, signed.data, groupSignature),
    'a group signature that verifies',
    'one that does not',
  );
}

export const GROUP_SIGNATURE_CASES = caseFamily(
  {
    category: 'membership',
    applications: PROFESSIONAL,
    fixture: 'operational',
    features: ['group-signature'],
    clause: SIGN,
  },
  [
    {
      name: 'not-a-member',
      title: 'a card that is no member signs nothing',
      clause: `${SIGN}; 5.6 (6985)`,
      fixture: 'blank',
      async run(card) {
        await prepareProfessional(card);
        await expectOk(card, activate, {});
        await verifyPin(card);
        const { visitConfirmation: algorithm } = algorithms;
        await expectOk(card, manageSecurityEnvironment, {
          p2: 'digital signature',
          data: { algorithm: Uint8Array.of(algorithm.reference) },
        });
        const data = encodeTemplate(algorithm.input, visitConfirmation(card));
        await expectRefusal(card, computeSignature, { data }, SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'signs-eq-7',
      title: 'the group signature on a visit confirmation verifies',
      async run(card) {
        await verifyPin(card);
        const { reference, input } = algorithms.visitConfirmation;
        const signed = await groupSign(card, reference, input, visitConfirmation(card));
        expectGroupSignature(card, STATEMENT.visitConfirmation, signed);
      },
    },
    {
      name: 'signs-eq-9',
      title: 'the group signature on a record verifies',
      async run(card) {
        await verifyPin(card);
        const { reference, input } = algorithms.newRecord;
        const signed = await groupSign(card, reference, input, {
          messageId: card.random.bytes(16),
          recordHash: card.random.bytes(32),
          pid: card.random.bytes(16),
          visitId: card.random.bytes(16),
          hospitalId: 'H-1',
          time: TestIssuer.daysAfterToday(1),
        });
        expectGroupSignature(card, STATEMENT.newRecord, signed);
      },
    },
    {
      name: 'signs-eq-10',
      title: 'the group signature on a prescription verifies',
      async run(card) {
        await verifyPin(card);
        const { reference, input } = algorithms.prescription;
        const signed = await groupSign(card, reference, input, {
          messageId: card.random.bytes(16),
          prescriptionHash: card.random.bytes(32),
          prescriptionId: card.random.bytes(16),
          pid: card.random.bytes(16),
          pharmacyId: 'PH-7',
          day: 20_254,
          expiry: TestIssuer.daysAfterToday(30),
          repeats: 0,
        });
        expectGroupSignature(card, STATEMENT.prescription, signed);
      },
    },
    {
      name: 'bound-to-equation',
      title: 'a signature for one equation is none for another',
      clause: `${SIGN}: domain tags`,
      async run(card) {
        await verifyPin(card);
        const { reference, input } = algorithms.visitConfirmation;
        const { data, answer } = await groupSign(card, reference, input, visitConfirmation(card));
        const group = new TestGroup(card.issuer, 'ps-g1-bls12381');
        const other = group.isGroupSignature(STATEMENT.newRecord, data, answer.groupSignature);
        expectThat(!other, 'no signature of eq. 9', 'one');
      },
    },
    {
      name: 'unlinkable',
      title: 'two signatures of the same statement have no part in common',
      clause: `${SIGN}; project: non-linkability of doctors`,
      async run(card) {
        await verifyPin(card);
        const { reference, input } = algorithms.visitConfirmation;
        const values = visitConfirmation(card);
        const { groupSignature: a } = (await groupSign(card, reference, input, values)).answer;
        const { groupSignature: b } = (await groupSign(card, reference, input, values)).answer;
        const { g1Bytes } = GROUP_SUITES['ps-g1-bls12381'].curve;
        for (let at = 0; at < 3; at++) {
          const part = (bytes: Uint8Array) => bytes.subarray(at * g1Bytes, (at + 1) * g1Bytes);
          expectDifferent(part(a), part(b), 'points');
        }
        const tail = (bytes: Uint8Array) => bytes.subarray(3 * g1Bytes);
        expectDifferent(tail(a).subarray(0, 8), tail(b).subarray(0, 8), 'hints');
        expectDifferent(tail(a).subarray(8), tail(b).subarray(8), 'responses');
      },
    },
    {
      name: 'not-without-pin',
      title: 'without the PIN no group signature is made',
      clause: `${SIGN}; ISO/IEC 7816-4:2020, 9.3`,
      async run(card) {
        const data = encodeTemplate(algorithms.visitConfirmation.input, visitConfirmation(card));
        // access is refused before the fields are looked at, so those of eq. 7 serve for all three
        for (const reference of ['07', '09', '0a']) {
          await expectStatus(card, `002241b6038001${reference}`, SW.ok);
          await expectRefusal(card, computeSignature, { data }, SW.securityStatusNotSatisfied);
        }
      },
    },
    {
      name: 'malformed-statement',
      title: 'fields that are not those of the statement are refused',
      clause: `${SIGN}; 5.6 (6A80)`,
      async run(card) {
        await verifyPin(card);
        await expectStatus(card, '002241b603800109', SW.ok);
        // the fields of eq. 7 under the algorithm of eq. 9
        const data = encodeTemplate(algorithms.visitConfirmation.input, visitConfirmation(card));
        checkStatus(await card.command(computeSignature, { data }), SW.incorrectData);
        await expectRefusal(card, computeSignature, { data: fromHex('00') }, SW.incorrectData);
      },
    },
    {
      name: 'joined-on-bn254',
      title:
        'a member on the small curve signs too, with a coupon and without, and the opening service finds its hint',
      clause: `${SIGN}; docs/group-signature-format.md, hint`,
      fixture: 'blank',
      async run(card) {
        const { decryptionKey } = await prepareProfessional(card);
        const group = await joinGroup(card, decryptionKey, 'ps-g1-bn254');
        await expectOk(card, activate, {});
        await verifyPin(card);
        const { reference, input } = algorithms.visitConfirmation;
        await expectOk(card, makeCoupon, {});
        for (const how of ['with a coupon', 'without']) {
          const { data, answer } = await groupSign(card, reference, input, visitConfirmation(card));
          const { groupSignature } = answer;
          expectThat(
            group.isGroupSignature(STATEMENT.visitConfirmation, data, groupSignature),
            `a group signature ${how} that verifies`,
            'one that does not',
          );
          expectThat(group.hasHint(groupSignature), "the hint by this member's key", 'another');
        }
      },
    },
  ],
);
