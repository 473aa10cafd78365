/** READ RECORD: numbers, the order of cyclic files, access by role (ISO/IEC 7816-4, 11.4). */

import {
  bytesToUint,
  DIAGNOSIS_RECORD,
  decodeTemplate,
  LOG_RECORD,
  PATIENT_APPLICATION,
  SW,
} from '../../apdu/index.js';
import { caseFamily, PATIENT } from '../case.js';
import { checkStatus, expectBytes, expectStatus, expectThat } from '../checks.js';
import { authenticate } from '../issuer/professional-peer.js';
import { TestIssuer } from '../issuer/test-issuer.js';
import type { TestCard } from '../test-card.js';
import { prescribe, putVisit, readRecord, verifyPin, visit } from './steps.js';

const CLAUSE = 'ISO/IEC 7816-4:2020, 11.4.3';
const WRITES = 'writes visits to the card';
const { files } = PATIENT_APPLICATION;
const RECORDS = files.records.sfi;
const PRESCRIPTIONS = files.prescriptions.sfi;
const LOG = files.log.sfi;

/** As a doctor, writes visits 1 to `count`. */
async function visits(card: TestCard, count: number): Promise<void> {
  const session = await authenticate(card, 'doctor');
  for (let number = 1; number <= count; number++) await putVisit(card, session, visit(number));
}

async function expectVisit(card: TestCard, record: number, day: number): Promise<void> {
  const { data } = checkStatus(await readRecord(card, RECORDS, record), SW.ok);
  const { time, record: content } = decodeTemplate(DIAGNOSIS_RECORD, data);
  expectThat(time === TestIssuer.daysAfterToday(day), `the visit of day ${day}`, `time ${time}`);
  expectBytes(content, visit(day).record, `record ${record}`);
}

export const RECORD_CASES = caseFamily(
  {
    category: 'record',
    applications: PATIENT,
    fixture: 'operational',
    features: ['records', 'card-authentication', 'secure-messaging'],
    clause: CLAUSE,
  },
  [
    {
      name: 'none-yet',
      title: 'an empty file has no record 1',
      clause: `${CLAUSE}; 5.6 (6A83)`,
      async run(card) {
        await authenticate(card, 'doctor');
        checkStatus(await readRecord(card, PRESCRIPTIONS, 1), SW.recordNotFound);
        checkStatus(await readRecord(card, RECORDS, 8), SW.recordNotFound);
      },
    },
    {
      name: 'newest-first',
      title: 'in a cyclic file record 1 is the newest',
      clause: 'ISO/IEC 7816-4:2020, 7.4.5; 11.4.1: record numbers in cyclic structures',
      destroys: WRITES,
      async run(card) {
        await visits(card, 3);
        await expectVisit(card, 1, 3);
        await expectVisit(card, 2, 2);
        await expectVisit(card, 3, 1);
        checkStatus(await readRecord(card, RECORDS, 4), SW.recordNotFound);
      },
    },
    {
      name: 'oldest-makes-way',
      title: 'when the cyclic file is full the oldest record makes way',
      clause: 'ISO/IEC 7816-4:2020, 7.4.5: cyclic structure',
      destroys: WRITES,
      async run(card) {
        const count = files.records.records;
        await visits(card, count + 2);
        for (let number = 1; number <= count; number++) await expectVisit(card, number, count + 3 - number);
        checkStatus(await readRecord(card, RECORDS, count + 1), SW.recordNotFound);
      },
    },
    {
      name: 'kept-without-power',
      title: 'records outlive the power',
      destroys: WRITES,
      async run(card) {
        await visits(card, 2);
        await card.powerCycle();
        await card.select();
        await authenticate(card, 'doctor');
        await expectVisit(card, 1, 2);
        await expectVisit(card, 2, 1);
      },
    },
    {
      name: 'number-zero',
      title: 'without a current record there is no record number 00',
      clause: 'ISO/IEC 7816-4:2020, 11.4.1: P1 = 00 refers to the current record',
      async run(card) {
        await authenticate(card, 'doctor');
        checkStatus(await readRecord(card, RECORDS, 0), SW.incorrectP1P2, SW.recordNotFound);
      },
    },
    {
      name: 'number-ff',
      title: 'record number FF, reserved, is refused',
      clause: 'ISO/IEC 7816-4:2020, 11.4.1: FF is reserved',
      async run(card) {
        await authenticate(card, 'doctor');
        checkStatus(await readRecord(card, RECORDS, 0xff), SW.incorrectP1P2, SW.recordNotFound);
      },
    },
    {
      name: 'by-identifier',
      title: 'records by record identifier are not offered: they have none',
      clause: 'ISO/IEC 7816-4:2020, 11.4.3: P2 bits 3 to 1 = 000 to 011',
      async run(card) {
        await authenticate(card, 'doctor');
        for (const mode of [0, 1, 2, 3]) {
          const p2 = (RECORDS << 3) | mode;
          await expectStatus(
            card,
            Uint8Array.of(0x00, 0xb2, 1, p2, 0),
            SW.incorrectP1P2,
            SW.functionNotSupported,
          );
        }
      },
    },
    {
      name: 'unknown-file',
      title: 'records of a file that is not there are not found',
      clause: `${CLAUSE}; 5.6 (6A82)`,
      async run(card) {
        checkStatus(await readRecord(card, 29, 1), SW.fileNotFound);
      },
    },
    {
      name: 'no-current-file',
      title: 'without a current file READ RECORD is refused',
      clause: `${CLAUSE}; 5.6 (6986)`,
      async run(card) {
        await authenticate(card, 'doctor');
        checkStatus(await readRecord(card, 0, 1), SW.noCurrentFile);
      },
    },
    {
      name: 'of-current-file',
      title: 'short EF identifier 0 is the current file',
      destroys: WRITES,
      async run(card) {
        await visits(card, 1);
        await expectStatus(card, '00a4020c020102', SW.ok);
        const current = checkStatus(await readRecord(card, 0, 1), SW.ok);
        const { data } = checkStatus(await readRecord(card, RECORDS, 1), SW.ok);
        expectBytes(current.data, data, 'the newest record');
      },
    },
    {
      name: 'of-transparent-file',
      title: 'a transparent file has no records',
      clause: `${CLAUSE}; 5.6 (6981)`,
      async run(card) {
        await authenticate(card, 'doctor');
        checkStatus(await readRecord(card, files.emergency.sfi, 1), SW.incompatibleFile);
      },
    },
    {
      name: 'not-without-role',
      title: 'records and prescriptions are not read without a role, nor with the PIN alone',
      clause: 'project specification, access rules of the files',
      async run(card) {
        for (const sfi of [RECORDS, PRESCRIPTIONS]) {
          checkStatus(await readRecord(card, sfi, 1), SW.securityStatusNotSatisfied);
        }
        await verifyPin(card);
        for (const sfi of [RECORDS, PRESCRIPTIONS]) {
          checkStatus(await readRecord(card, sfi, 1), SW.securityStatusNotSatisfied);
        }
      },
    },
    {
      name: 'records-for-staff',
      title: 'staff read diagnosis records and no prescriptions',
      clause: 'project specification, EF.Records, EF.Prescriptions',
      destroys: WRITES,
      async run(card) {
        await prescribe(card);
        await authenticate(card, 'staff');
        checkStatus(await readRecord(card, RECORDS, 1), SW.ok);
        checkStatus(await readRecord(card, PRESCRIPTIONS, 1), SW.securityStatusNotSatisfied);
      },
    },
    {
      name: 'prescriptions-for-pharmacy',
      title: 'a pharmacy reads prescriptions and no diagnosis records',
      clause: 'project specification, EF.Records, EF.Prescriptions',
      destroys: WRITES,
      async run(card) {
        await prescribe(card);
        await authenticate(card, 'pharmacy');
        checkStatus(await readRecord(card, PRESCRIPTIONS, 1), SW.ok);
        checkStatus(await readRecord(card, RECORDS, 1), SW.securityStatusNotSatisfied);
        await expectStatus(card, '00b0810000', SW.securityStatusNotSatisfied);
      },
    },
    {
      name: 'log-for-holder-alone',
      title: 'the log tells the holder, and only the holder, which hospital wrote when',
      clause: 'project specification, EF.Log: holder PIN',
      destroys: WRITES,
      async run(card) {
        await visits(card, 2);
        checkStatus(await readRecord(card, LOG, 1), SW.securityStatusNotSatisfied);
        await verifyPin(card);
        const { data } = checkStatus(await readRecord(card, LOG, 1), SW.ok);
        const { time, hospitalId } = decodeTemplate(LOG_RECORD, data);
        const newest = time === visit(2).time && hospitalId === visit(2).hospitalId;
        expectThat(newest, 'time and hospital of the newest visit', `${hospitalId} at ${time}`);
      },
    },
    {
      name: 'never-longer-than-le',
      title: 'Le below the length of a record is never exceeded',
      clause: 'ISO/IEC 7816-3:2006, 12.1.1; 7816-4:2020, 11.4.3',
      destroys: WRITES,
      async run(card) {
        await visits(card, 1);
        const { data } = checkStatus(await readRecord(card, RECORDS, 1), SW.ok);
        const short = await card.sendInSession(Uint8Array.of(0x00, 0xb2, 1, (RECORDS << 3) | 4, 3));
        checkStatus(short, SW.ok, SW.bytesAvailable, SW.wrongLe, SW.wrongLength);
        expectThat(short.data.length <= 3, 'at most 3 bytes', `${short.data.length} bytes`);
        expectThat(bytesToUint(data.subarray(0, 2)) === 0xdf31, 'the time first', 'another object');
      },
    },
  ],
);
