/** Writing a visit to the patient card (PUT DATA, eq. 11): who may, and all or nothing. */

import {
  DIAGNOSIS_RECORD,
  decodeTemplate,
  encodeTemplate,
  equalBytes,
  PATIENT_APPLICATION,
  SW,
  VISIT_RECORD,
} from '../../apdu/index.js';
import { caseFamily, PATIENT } from '../case.js';
import { checkStatus, expectBytes, expectRefusal, expectThat } from '../checks.js';
import { authenticate } from '../issuer/professional-peer.js';
import type { TestCard } from '../test-card.js';
import {
  agreeOnPrescription,
  prescribe,
  putVisit,
  readRecord,
  type VisitData,
  verifyPin,
  visit,
} from './steps.js';

const { putVisitRecord, contributeToPrescriptionNumber } = PATIENT_APPLICATION.commands;
const { records, prescriptions, log } = PATIENT_APPLICATION.files;
const PUT_DATA = 'ISO/IEC 7816-4:2020, 11.6.4';
const EQ_11 = 'project, PROTOCOL eq. 11';
const WRITES = 'writes visits to the card';

/** How many records of a file are there, seen with the role and PIN that may read it. */
async function count(card: TestCard, sfi: number, limit: number): Promise<number> {
  for (let number = 1; number <= limit; number++) {
    const { sw } = checkStatus(await readRecord(card, sfi, number), SW.ok, SW.recordNotFound);
    if (sw !== SW.ok.sw) return number - 1;
  }
  return limit;
}

/** Passes when so many visits, prescriptions and log entries are on the card; the role of a doctor is proven. */
async function expectCounts(card: TestCard, visits: number, stored: number): Promise<void> {
  await authenticate(card, 'doctor');
  await verifyPin(card);
  const found = [
    await count(card, records.sfi, records.records),
    await count(card, prescriptions.sfi, prescriptions.records),
    await count(card, log.sfi, log.records),
  ].join(', ');
  const expected = [visits, stored, visits].join(', ');
  expectThat(found === expected, `records, prescriptions, log entries: ${expected}`, found);
}

export const VISIT_CASES = caseFamily(
  {
    category: 'visit',
    applications: PATIENT,
    fixture: 'operational',
    features: ['records', 'secure-messaging', 'card-authentication'],
    clause: `${PUT_DATA}; ${EQ_11}`,
  },
  [
    {
      name: 'stored',
      title: 'the record of a visit is stored with time and hospital, as it was sent',
      destroys: WRITES,
      async run(card) {
        const session = await authenticate(card, 'doctor');
        await putVisit(card, session, visit(4));
        const { data } = checkStatus(await readRecord(card, records.sfi, 1), SW.ok);
        const stored = decodeTemplate(DIAGNOSIS_RECORD, data);
        expectBytes(stored.record, visit(4).record, 'the record');
        const same = stored.time === visit(4).time && stored.hospitalId === visit(4).hospitalId;
        expectThat(same, 'time and hospital of the visit', `${stored.hospitalId} at ${stored.time}`);
        await expectCounts(card, 1, 0);
      },
    },
    {
      name: 'shortest-and-longest',
      title: 'records of the shortest and the longest length are stored whole',
      destroys: WRITES,
      async run(card) {
        const session = await authenticate(card, 'doctor');
        for (const length of [1, VISIT_RECORD.record.max]) {
          const record = new Uint8Array(length).fill(0x41);
          await putVisit(card, session, { ...visit(1), hospitalId: 'H'.repeat(12), record });
          const { data } = checkStatus(await readRecord(card, records.sfi, 1), SW.ok);
          expectBytes(decodeTemplate(DIAGNOSIS_RECORD, data).record, record, 'the record');
        }
      },
    },
    {
      name: 'longest-with-prescription',
      title: 'the longest visit with the longest prescription is stored in one transaction',
      destroys: WRITES,
      async run(card) {
        const session = await authenticate(card, 'doctor');
        const content = new Uint8Array(VISIT_RECORD.prescription.fields.prescription.max).fill(0x42);
        const { prescription } = await agreeOnPrescription(card, { prescription: content });
        const record = new Uint8Array(VISIT_RECORD.record.max).fill(0x41);
        await putVisit(card, session, { ...visit(1), hospitalId: 'H'.repeat(12), record, prescription });
        await expectCounts(card, 1, 1);
      },
    },
    {
      name: 'not-without-role',
      title: 'nobody writes a visit without a role, nor with the PIN alone',
      clause: `${EQ_11}; ISO/IEC 7816-4:2020, 9.3`,
      async run(card) {
        const refused = [SW.securityStatusNotSatisfied, SW.secureMessagingMissing] as const;
        await expectRefusal(card, putVisitRecord, { data: visit(1) }, ...refused);
        await verifyPin(card);
        await expectRefusal(card, putVisitRecord, { data: visit(1) }, ...refused);
        await expectCounts(card, 0, 0);
      },
    },
    ...(['staff', 'pharmacy', 'nhi'] as const).map((role) => ({
      name: `not-as-${role}`,
      title: `the role ${role} does not write visits`,
      clause: `${EQ_11}; ISO/IEC 7816-4:2020, 9.3`,
      async run(card: TestCard) {
        const session = await authenticate(card, role);
        const refusal = await session.refusalOf(card, putVisitRecord, { data: visit(1) });
        checkStatus(refusal, SW.securityStatusNotSatisfied);
        await expectCounts(card, 0, 0);
      },
    })),
    {
      name: 'nothing-half-written',
      title: 'a visit whose prescription is refused leaves no record, no log entry and no prescription',
      clause: `${EQ_11}: all or nothing`,
      async run(card) {
        const session = await authenticate(card, 'doctor');
        const { prescription } = await agreeOnPrescription(card);
        const wrong = { ...prescription, doctorRandom: card.random.bytes(16) };
        const data: VisitData = { ...visit(1), prescription: wrong };
        checkStatus(await session.refusalOf(card, putVisitRecord, { data }), SW.incorrectData);
        await expectCounts(card, 0, 0);
      },
    },
    {
      name: 'no-room-nothing-written',
      title: 'with every prescription slot open the visit is refused whole and what is there stays',
      clause: `${EQ_11}; ISO/IEC 7816-4:2020, 5.6 (6A84)`,
      destroys: WRITES,
      async run(card) {
        const session = await authenticate(card, 'doctor');
        const slots = prescriptions.records;
        for (let slot = 0; slot < slots; slot++) await prescribe(card, {}, session);
        const before = checkStatus(await readRecord(card, prescriptions.sfi, 1), SW.ok).data;
        const { prescription } = await agreeOnPrescription(card);
        const data: VisitData = { ...visit(2), prescription };
        checkStatus(await session.refusalOf(card, putVisitRecord, { data }), SW.notEnoughMemory);
        await expectCounts(card, slots, slots);
        const after = checkStatus(await readRecord(card, prescriptions.sfi, 1), SW.ok).data;
        expectThat(equalBytes(before, after), 'the first prescription unchanged', 'another content');
      },
    },
    {
      name: 'malformed',
      title: 'data objects missing, reordered or unknown are refused under a right checksum',
      clause: `${PUT_DATA}; 5.6 (6A80)`,
      async run(card) {
        const good = encodeTemplate(VISIT_RECORD, visit(1));
        const time = good.subarray(0, 7);
        const rest = good.subarray(7);
        const wrong = [rest, Uint8Array.of(...rest, ...time), Uint8Array.of(...good, 0x80, 0x01, 0x01)];
        for (const plain of wrong) {
          const session = await authenticate(card, 'doctor');
          const spec = {
            ...putVisitRecord,
            data: { kind: 'bytes', name: 'data', min: 1, max: 600 },
          } as const;
          const refusal = await session.refusalOf(card, spec, { data: plain });
          checkStatus(refusal, SW.incorrectData);
        }
        await expectCounts(card, 0, 0);
      },
    },
    {
      name: 'number-not-without-doctor',
      title: 'no half of a prescription number without the role of a doctor',
      clause: 'project, PROTOCOL eq. 10; ISO/IEC 7816-4:2020, 9.3',
      async run(card) {
        const request = { data: { commitment: card.random.bytes(32) } };
        await expectRefusal(card, contributeToPrescriptionNumber, request, SW.securityStatusNotSatisfied);
        await verifyPin(card);
        await authenticate(card, 'pharmacy');
        await expectRefusal(card, contributeToPrescriptionNumber, request, SW.securityStatusNotSatisfied);
      },
    },
  ],
);
