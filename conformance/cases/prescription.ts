/** Prescriptions on the patient card: a number that neither side chose, and a bounded store (eq. 10, 11). */

import {
  decodeTemplate,
  PATIENT_APPLICATION,
  PRESCRIPTION_RECORD,
  PRESCRIPTION_STATE,
  SW,
} from '../../apdu/index.js';
import { caseFamily, PATIENT } from '../case.js';
import { checkStatus, expectBytes, expectDifferent, expectOk, expectThat } from '../checks.js';
import { authenticate } from '../issuer/professional-peer.js';
import { TestIssuer } from '../issuer/test-issuer.js';
import type { TestCard } from '../test-card.js';
import { agreeOnPrescription, prescribe, putVisit, readRecord, visit } from './steps.js';

const { putVisitRecord, contributeToPrescriptionNumber } = PATIENT_APPLICATION.commands;
const { prescriptions } = PATIENT_APPLICATION.files;
const EQ_10 = 'project, PROTOCOL eq. 10';
const WRITES = 'writes prescriptions to the card';

async function stored(card: TestCard, slot: number) {
  const { data } = checkStatus(await readRecord(card, prescriptions.sfi, slot), SW.ok);
  return decodeTemplate(PRESCRIPTION_RECORD, data);
}

export const PRESCRIPTION_CASES = caseFamily(
  {
    category: 'prescription',
    applications: PATIENT,
    fixture: 'operational',
    features: ['prescriptions', 'card-authentication', 'secure-messaging'],
    clause: EQ_10,
    destroys: WRITES,
  },
  [
    {
      name: 'number-of-both-halves',
      title: 'the number is the first 16 bytes of SHA-256 over both random halves under its domain tag',
      async run(card) {
        const { prescriptionId, prescription } = await prescribe(card, { repeats: 2 });
        const record = await stored(card, 1);
        expectBytes(record.prescriptionId, prescriptionId, 'the number');
        expectBytes(record.prescription, prescription.prescription, 'the prescription');
        const { state, remaining, expiry } = record;
        expectThat(
          state === PRESCRIPTION_STATE.open && remaining === 3 && expiry === prescription.expiry,
          'open, three collections, the expiry that was sent',
          `state ${state}, ${remaining} collections, expiry ${expiry}`,
        );
      },
    },
    {
      name: 'halves-differ',
      title: "the patient card's half is random: never the same twice",
      async run(card) {
        await authenticate(card, 'doctor');
        const commitment = card.random.bytes(32);
        const first = await expectOk(card, contributeToPrescriptionNumber, { data: { commitment } });
        const second = await expectOk(card, contributeToPrescriptionNumber, { data: { commitment } });
        expectDifferent(first.patientRandom, second.patientRandom, 'random halves');
      },
    },
    {
      name: 'commitment-not-kept',
      title: 'a doctor card that shows another half than it committed to is refused',
      clause: `${EQ_10}; ISO/IEC 7816-4:2020, 5.6 (6A80)`,
      async run(card) {
        const session = await authenticate(card, 'doctor');
        const { prescription } = await agreeOnPrescription(card);
        const doctorRandom = prescription.doctorRandom.slice();
        doctorRandom[0]! ^= 0x01;
        const data = { ...visit(1), prescription: { ...prescription, doctorRandom } };
        checkStatus(await session.refusalOf(card, putVisitRecord, { data }), SW.incorrectData);
      },
    },
    {
      name: 'number-not-agreed',
      title: 'a prescription without an agreed number is refused',
      clause: `${EQ_10}; ISO/IEC 7816-4:2020, 5.6 (6985)`,
      async run(card) {
        const before = await authenticate(card, 'doctor');
        const { prescription } = await agreeOnPrescription(card);
        await putVisit(card, before, { ...visit(1), prescription });
        // the same halves would give the same number a second time
        const data = { ...visit(2), prescription };
        checkStatus(await before.refusalOf(card, putVisitRecord, { data }), SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'number-lost-on-selection',
      title: 'an agreement is forgotten when the application is selected again',
      clause: `${EQ_10}; ISO/IEC 7816-4:2020, 9.2`,
      async run(card) {
        await authenticate(card, 'doctor');
        const { prescription } = await agreeOnPrescription(card);
        await card.select();
        const session = await authenticate(card, 'doctor');
        const data = { ...visit(1), prescription };
        checkStatus(await session.refusalOf(card, putVisitRecord, { data }), SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'too-many-repeats',
      title: 'a number of repeats that the counter can not hold is refused',
      clause: `${EQ_10}; ISO/IEC 7816-4:2020, 5.6 (6A80)`,
      async run(card) {
        const session = await authenticate(card, 'doctor');
        const { prescription } = await agreeOnPrescription(card, { repeats: 255 });
        const data = { ...visit(1), prescription };
        checkStatus(await session.refusalOf(card, putVisitRecord, { data }), SW.incorrectData);
      },
    },
    {
      name: 'slots-in-order',
      title: 'every slot takes a prescription and keeps it',
      async run(card) {
        const session = await authenticate(card, 'doctor');
        const numbers: Uint8Array[] = [];
        for (let slot = 1; slot <= prescriptions.records; slot++) {
          numbers.push((await prescribe(card, {}, session)).prescriptionId);
        }
        const found: string[] = [];
        for (let slot = 1; slot <= prescriptions.records; slot++) {
          found.push(Buffer.from((await stored(card, slot)).prescriptionId).toString('hex'));
        }
        const all = numbers.every((number) => found.includes(Buffer.from(number).toString('hex')));
        expectThat(all, 'all the numbers that were agreed on', 'others');
      },
    },
    {
      name: 'expired-makes-way',
      title: 'a prescription past its expiry makes way for a new one',
      async run(card) {
        const session = await authenticate(card, 'doctor');
        for (let slot = 1; slot < prescriptions.records; slot++) await prescribe(card, {}, session);
        const { prescriptionId: old } = await prescribe(
          card,
          { expiry: TestIssuer.daysAfterToday(5) },
          session,
        );
        const agreed = await agreeOnPrescription(card);
        await putVisit(card, session, { ...visit(6), prescription: agreed.prescription });
        const found: string[] = [];
        for (let slot = 1; slot <= prescriptions.records; slot++) {
          found.push(Buffer.from((await stored(card, slot)).prescriptionId).toString('hex'));
        }
        const isThere = (number: Uint8Array) => found.includes(Buffer.from(number).toString('hex'));
        expectThat(
          isThere(agreed.prescriptionId) && !isThere(old),
          'the new number in the place of the expired one',
          'something else',
        );
      },
    },
    {
      name: 'not-yet-expired-stays',
      title: 'a prescription on the day of its expiry still holds its slot',
      clause: `${EQ_10}; ISO/IEC 7816-4:2020, 5.6 (6A84)`,
      async run(card) {
        const session = await authenticate(card, 'doctor');
        const expiry = TestIssuer.daysAfterToday(5);
        for (let slot = 1; slot <= prescriptions.records; slot++) {
          await prescribe(card, { expiry }, session);
        }
        const { prescription } = await agreeOnPrescription(card);
        const data = { ...visit(5), prescription };
        checkStatus(await session.refusalOf(card, putVisitRecord, { data }), SW.notEnoughMemory);
      },
    },
  ],
);
