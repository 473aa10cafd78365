/** Collecting medicine (eq. 17): once for each permitted collection, with PIN and the role of a pharmacy. */

import {
  decodeTemplate,
  encodeTemplate,
  PATIENT_APPLICATION,
  PRESCRIPTION_RECORD,
  PRESCRIPTION_STATE,
  type RequestOf,
  STATEMENT,
  SW,
} from '../../apdu/index.js';
import { caseFamily, PATIENT } from '../case.js';
import { checkStatus, expectBytes, expectOk, expectRefusal, expectThat } from '../checks.js';
import { authenticate } from '../issuer/professional-peer.js';
import { isStatementSignature, TestIssuer } from '../issuer/test-issuer.js';
import type { TestCard } from '../test-card.js';
import { type AgreedPrescription, ownCertificate, prescribe, readRecord, verifyPin } from './steps.js';

const { collect } = PATIENT_APPLICATION.commands;
const { prescriptions } = PATIENT_APPLICATION.files;
const EQ_17 = 'project, PROTOCOL eq. 17';

type Collection = RequestOf<typeof collect>['data'];

/** A prescription on the card, the PIN verified and a pharmacy at the other end. */
async function atPharmacy(card: TestCard, repeats = 0): Promise<AgreedPrescription> {
  const agreed = await prescribe(card, { repeats });
  await enterPharmacy(card);
  return agreed;
}

async function enterPharmacy(card: TestCard): Promise<void> {
  await verifyPin(card);
  await authenticate(card, 'pharmacy');
}

function request(card: TestCard, { prescriptionId }: AgreedPrescription, day = 2): Collection {
  return {
    prescriptionId,
    pharmacyId: 'PH-7',
    nonce: card.random.bytes(16),
    time: TestIssuer.daysAfterToday(day),
  };
}

async function expectState(card: TestCard, state: number, remaining: number): Promise<void> {
  const { data } = checkStatus(await readRecord(card, prescriptions.sfi, 1), SW.ok);
  const found = decodeTemplate(PRESCRIPTION_RECORD, data);
  expectThat(
    found.state === state && found.remaining === remaining,
    `state ${state}, ${remaining} collections left`,
    `state ${found.state}, ${found.remaining} left`,
  );
}

export const COLLECTION_CASES = caseFamily(
  {
    category: 'collection',
    applications: PATIENT,
    fixture: 'operational',
    features: ['prescriptions', 'card-authentication', 'secure-messaging'],
    clause: EQ_17,
    destroys: 'writes and collects prescriptions',
  },
  [
    {
      name: 'signed',
      title: 'the card signs the collection with SK_P over all fields of eq. 17',
      async run(card) {
        const agreed = await atPharmacy(card);
        const data = request(card, agreed);
        const { signature } = await expectOk(card, collect, { data });
        const { pid, signingKey } = await ownCertificate(card);
        const { prescriptionHash } = agreed.prescription;
        const fields = encodeTemplate(STATEMENT.collection.fields, { ...data, pid, prescriptionHash });
        expectThat(
          isStatementSignature(signingKey, STATEMENT.collection, fields, signature),
          'a signature of SK_P on the statement of eq. 17',
          'a signature that does not verify',
        );
        await expectState(card, PRESCRIPTION_STATE.collected, 0);
      },
    },
    {
      name: 'same-request-same-signature',
      title: 'the same request again is answered with the same signature',
      async run(card) {
        const data = request(card, await atPharmacy(card));
        const first = await expectOk(card, collect, { data });
        const second = await expectOk(card, collect, { data });
        expectBytes(second.signature, first.signature, 'the stored signature');
        await expectState(card, PRESCRIPTION_STATE.collected, 0);
      },
    },
    {
      name: 'same-signature-without-power',
      title: 'the signature is kept when the power goes away before the pharmacy has it',
      async run(card) {
        const data = request(card, await atPharmacy(card));
        const first = await expectOk(card, collect, { data });
        await card.powerCycle();
        await card.select();
        await enterPharmacy(card);
        const second = await expectOk(card, collect, { data });
        expectBytes(second.signature, first.signature, 'the stored signature');
      },
    },
    {
      name: 'not-twice',
      title: 'another request for a collected prescription is refused',
      clause: `${EQ_17}; ISO/IEC 7816-4:2020, 5.6 (6985)`,
      async run(card) {
        const agreed = await atPharmacy(card);
        await expectOk(card, collect, { data: request(card, agreed) });
        const again = request(card, agreed);
        await expectRefusal(card, collect, { data: again }, SW.conditionsNotSatisfied);
        await expectState(card, PRESCRIPTION_STATE.collected, 0);
      },
    },
    {
      name: 'not-at-another-pharmacy',
      title: 'the same nonce for another pharmacy is another request, and refused',
      clause: `${EQ_17}; ISO/IEC 7816-4:2020, 5.6 (6985)`,
      async run(card) {
        const data = request(card, await atPharmacy(card));
        await expectOk(card, collect, { data });
        const other = { ...data, pharmacyId: 'PH-8' };
        await expectRefusal(card, collect, { data: other }, SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'repeats',
      title: 'a prescription with one repeat is collected twice and not three times',
      async run(card) {
        const agreed = await atPharmacy(card, 1);
        await expectOk(card, collect, { data: request(card, agreed) });
        await expectState(card, PRESCRIPTION_STATE.open, 1);
        await expectOk(card, collect, { data: request(card, agreed, 10) });
        await expectState(card, PRESCRIPTION_STATE.collected, 0);
        const third = request(card, agreed, 11);
        await expectRefusal(card, collect, { data: third }, SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'lost-answer-spends-no-repeat',
      title: 'asking again for a lost answer spends no repeat',
      async run(card) {
        const data = request(card, await atPharmacy(card, 1));
        await expectOk(card, collect, { data });
        await expectOk(card, collect, { data });
        await expectState(card, PRESCRIPTION_STATE.open, 1);
      },
    },
    {
      name: 'unknown-number',
      title: 'a prescription that is not on the card is not collected',
      clause: `${EQ_17}; ISO/IEC 7816-4:2020, 5.6 (6A88)`,
      async run(card) {
        const data = request(card, await atPharmacy(card));
        const prescriptionId = data.prescriptionId.slice();
        prescriptionId[15]! ^= 0x01;
        await expectRefusal(card, collect, { data: { ...data, prescriptionId } }, SW.referenceDataNotFound);
        await expectState(card, PRESCRIPTION_STATE.open, 1);
      },
    },
    {
      name: 'expired',
      title: 'a prescription past its expiry is not collected, on the last day it is',
      clause: `${EQ_17}; ISO/IEC 7816-4:2020, 5.6 (6985)`,
      async run(card) {
        const agreed = await atPharmacy(card);
        const last = request(card, agreed, 30);
        const late = { ...last, time: last.time + 1 };
        await expectRefusal(card, collect, { data: late }, SW.conditionsNotSatisfied);
        await expectState(card, PRESCRIPTION_STATE.open, 1);
        await expectOk(card, collect, { data: last });
      },
    },
    {
      name: 'not-without-pin',
      title: 'a pharmacy without the PIN of the holder collects nothing',
      clause: `${EQ_17}; ISO/IEC 7816-4:2020, 9.3`,
      async run(card) {
        const agreed = await prescribe(card);
        await authenticate(card, 'pharmacy');
        const data = request(card, agreed);
        await expectRefusal(card, collect, { data }, SW.securityStatusNotSatisfied);
        await expectState(card, PRESCRIPTION_STATE.open, 1);
      },
    },
    {
      name: 'not-without-pharmacy',
      title: 'the PIN without the role of a pharmacy collects nothing, nor does a doctor',
      clause: `${EQ_17}; ISO/IEC 7816-4:2020, 9.3`,
      async run(card) {
        const agreed = await prescribe(card);
        await verifyPin(card);
        const data = request(card, agreed);
        await expectRefusal(card, collect, { data }, SW.securityStatusNotSatisfied);
        await card.select();
        await verifyPin(card);
        await expectRefusal(card, collect, { data }, SW.securityStatusNotSatisfied);
      },
    },
    {
      name: 'collected-makes-way',
      title: 'a collected prescription makes way for a new one; the open ones stay',
      clause: `${EQ_17}; project, PROTOCOL eq. 11`,
      async run(card) {
        const first = await prescribe(card);
        for (let slot = 2; slot <= prescriptions.records; slot++) await prescribe(card);
        await enterPharmacy(card);
        await expectOk(card, collect, { data: request(card, first) });
        const next = await prescribe(card);
        await enterPharmacy(card);
        await expectOk(card, collect, { data: request(card, next) });
        await expectRefusal(card, collect, { data: request(card, first) }, SW.referenceDataNotFound);
      },
    },
  ],
);
