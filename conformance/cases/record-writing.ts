/** APPEND RECORD and UPDATE RECORD in the programme booklet: lengths, room, who may (ISO/IEC 7816-4, 11.4). */

import {
  encodeRequest,
  encodeTemplate,
  PATIENT_APPLICATION,
  PROGRAMME,
  PROGRAMME_RECORD,
  SW,
} from '../../apdu/index.js';
import { caseFamily, PATIENT } from '../case.js';
import { checkStatus, expectBytes, expectThat } from '../checks.js';
import type { CardSession } from '../issuer/card-session.js';
import { authenticate } from '../issuer/professional-peer.js';
import { TestIssuer } from '../issuer/test-issuer.js';
import type { TestCard } from '../test-card.js';
import { putVisit, readRecord, verifyPin, visit } from './steps.js';

const APPEND = 'ISO/IEC 7816-4:2020, 11.4.6';
const UPDATE = 'ISO/IEC 7816-4:2020, 11.4.5';
const RULES = 'project specification, access rules of the files';
const WRITES = 'writes entries of the programme booklet';
const { commands, files } = PATIENT_APPLICATION;
const { sfi, records } = files.programmes;

/** An entry with a text of so many bytes. */
function entry(number: number, textBytes = 8): Uint8Array {
  return encodeTemplate(PROGRAMME_RECORD, {
    programme: PROGRAMME.children,
    time: TestIssuer.daysAfterToday(number),
    hospitalId: `H-${number}`,
    entry: new Uint8Array(textBytes).fill(0x40 + number),
  });
}

function append(card: TestCard, session: CardSession, data: Uint8Array) {
  return session.expectOk(card, commands.appendRecord, { p2: sfi, data });
}

/** A doctor's session after entries of these text lengths were appended. */
async function booklet(card: TestCard, ...textBytes: readonly number[]): Promise<CardSession> {
  const session = await authenticate(card, 'doctor');
  for (const [i, length] of textBytes.entries()) await append(card, session, entry(i + 1, length));
  return session;
}

/** Passes when these are the records of the booklet, and no more. */
async function expectBooklet(card: TestCard, ...expected: readonly Uint8Array[]): Promise<void> {
  await authenticate(card, 'doctor');
  for (const [i, content] of expected.entries()) {
    const { data } = checkStatus(await readRecord(card, sfi, i + 1), SW.ok);
    expectBytes(data, content, `record ${i + 1}`);
  }
  checkStatus(await readRecord(card, sfi, expected.length + 1), SW.recordNotFound);
}

export const RECORD_WRITING_CASES = caseFamily(
  {
    category: 'record',
    applications: PATIENT,
    fixture: 'operational',
    features: ['records', 'card-authentication', 'secure-messaging'],
    clause: APPEND,
  },
  [
    {
      name: 'append-variable',
      title: 'records of different lengths are appended and read as they came',
      clause: `${APPEND}; 7.4.5: linear structure, records of variable size`,
      destroys: WRITES,
      async run(card) {
        await booklet(card, 1, 40, 3);
        await expectBooklet(card, entry(1, 1), entry(2, 40), entry(3, 3));
      },
    },
    {
      name: 'update-longer-and-shorter',
      title: 'a record may become longer and shorter; the others stay as they are',
      clause: `${UPDATE}; 7.4.5: records of variable size`,
      destroys: WRITES,
      async run(card) {
        const session = await booklet(card, 5, 6, 7);
        await session.expectOk(card, commands.updateRecord, { p1: 1, p2: sfi, data: entry(4, 30) });
        await session.expectOk(card, commands.updateRecord, { p1: 2, p2: sfi, data: entry(5, 1) });
        await expectBooklet(card, entry(4, 30), entry(5, 1), entry(3, 7));
      },
    },
    {
      name: 'update-appended',
      title: 'the record just appended is the current one, which UPDATE RECORD with P1 = 00 replaces',
      clause: `${UPDATE}; 11.4.1: P1 = 00 is the current record; 7.3.4: APPEND RECORD sets it`,
      destroys: WRITES,
      async run(card) {
        const session = await booklet(card, 5, 6);
        await session.expectOk(card, commands.updateRecord, { p1: 0, p2: 0, data: entry(3, 9) });
        await expectBooklet(card, entry(1, 5), entry(3, 9));
      },
    },
    {
      name: 'update-missing',
      title: 'a record that is not there is not updated',
      clause: `${UPDATE}; 5.6 (6A83)`,
      destroys: WRITES,
      async run(card) {
        const session = await booklet(card, 5);
        const request = { p1: 2, p2: sfi, data: entry(2) };
        checkStatus(await session.refusalOf(card, commands.updateRecord, request), SW.recordNotFound);
        await expectBooklet(card, entry(1, 5));
      },
    },
    {
      name: 'update-malformed',
      title: 'content other than the file declares does not replace a record, which stays as it is',
      clause: `${UPDATE}; 5.6 (6A80)`,
      destroys: WRITES,
      async run(card) {
        const session = await booklet(card, 5);
        for (const data of [
          entry(2).subarray(0, -1),
          Uint8Array.of(...entry(2), 0x00),
          Uint8Array.of(0x00),
        ]) {
          const answer = await session.refusalOf(card, commands.updateRecord, { p1: 1, p2: sfi, data });
          checkStatus(answer, SW.incorrectData);
        }
        await expectBooklet(card, entry(1, 5));
      },
    },
    {
      name: 'update-without-current',
      title: 'without a current record P1 = 00 updates nothing',
      clause: `${UPDATE}; 11.4.1; 5.6 (6A83)`,
      async run(card) {
        const session = await authenticate(card, 'doctor');
        const request = { p1: 0, p2: sfi, data: entry(1) };
        checkStatus(await session.refusalOf(card, commands.updateRecord, request), SW.recordNotFound);
      },
    },
    {
      name: 'variable-without-current',
      title: 'in a file just selected there is no current record to read or update, whatever records it has',
      clause: `${UPDATE}; 11.4.1; 7.3.4; 5.6 (6A83)`,
      destroys: WRITES,
      async run(card) {
        await booklet(card, 5, 6);
        await authenticate(card, 'doctor');
        checkStatus(await readRecord(card, sfi, 0), SW.recordNotFound);
        const again = await authenticate(card, 'doctor');
        const request = { p1: 0, p2: sfi, data: entry(3) };
        checkStatus(await again.refusalOf(card, commands.updateRecord, request), SW.recordNotFound);
        await expectBooklet(card, entry(1, 5), entry(2, 6));
      },
    },
    {
      name: 'append-until-full',
      title: 'a file without room refuses a record and keeps those it has',
      clause: `${APPEND}; 5.6 (6A84)`,
      destroys: WRITES,
      async run(card) {
        const session = await authenticate(card, 'doctor');
        const stored: Uint8Array[] = [];
        while (stored.length <= records) {
          const data = entry(stored.length + 1, 60);
          const answer = await session.refusalOf(card, commands.appendRecord, { p2: sfi, data });
          if (checkStatus(answer, SW.ok, SW.notEnoughMemory).sw !== SW.ok.sw) break;
          stored.push(data);
        }
        const some = stored.length > 1 && stored.length <= records;
        expectThat(some, `2 to ${records} records`, `${stored.length} records`);
        await expectBooklet(card, ...stored);
      },
    },
    {
      name: 'append-as-declared',
      title: 'no more records are appended than the file declares, however short they are',
      clause: `${APPEND}; 5.6 (6A84)`,
      destroys: WRITES,
      async run(card) {
        const session = await authenticate(card, 'doctor');
        for (let number = 1; number <= records; number++) {
          const data = entry(number, 1);
          const answer = await session.refusalOf(card, commands.appendRecord, { p2: sfi, data });
          // room for fewer: append-until-full looks at that
          if (checkStatus(answer, SW.ok, SW.notEnoughMemory).sw !== SW.ok.sw) return;
        }
        const one = { p2: sfi, data: entry(records + 1, 1) };
        checkStatus(await session.refusalOf(card, commands.appendRecord, one), SW.notEnoughMemory);
      },
    },
    {
      name: 'append-malformed',
      title: 'content other than the file declares is refused, nothing is appended',
      clause: `${APPEND}; 5.6 (6A80)`,
      async run(card) {
        const session = await authenticate(card, 'doctor');
        const data = entry(1).subarray(0, -1);
        const answer = await session.refusalOf(card, commands.appendRecord, { p2: sfi, data });
        checkStatus(answer, SW.incorrectData);
        await expectBooklet(card);
      },
    },
    {
      name: 'append-too-long',
      title: 'a record longer than the file permits is refused',
      clause: `${APPEND}; 5.6 (6700)`,
      async run(card) {
        const session = await authenticate(card, 'doctor');
        const data = new Uint8Array(files.programmes.size + 1).fill(0x41);
        const answer = await session.refusalOf(card, commands.appendRecord, { p2: sfi, data });
        checkStatus(answer, SW.wrongLength, SW.incorrectData, SW.notEnoughMemory);
        await expectBooklet(card);
      },
    },
    {
      name: 'append-to-transparent',
      title: 'a transparent file takes no records',
      clause: `${APPEND}; 5.6 (6981, 6982)`,
      async run(card) {
        const session = await authenticate(card, 'doctor');
        const request = { p2: files.emergency.sfi, data: entry(1) };
        checkStatus(
          await session.refusalOf(card, commands.appendRecord, request),
          SW.incompatibleFile,
          SW.securityStatusNotSatisfied,
        );
      },
    },
    {
      name: 'visits-not-piece-by-piece',
      title: 'records of visits, prescriptions and the log are neither appended to nor updated alone',
      clause: `${RULES}; project, PROTOCOL eq. 11`,
      destroys: 'writes a visit to the card',
      async run(card) {
        const session = await authenticate(card, 'doctor');
        await putVisit(card, session, visit(1));
        for (const file of [files.records, files.prescriptions, files.log]) {
          const doctor = await authenticate(card, 'doctor');
          const appended = await doctor.refusalOf(card, commands.appendRecord, {
            p2: file.sfi,
            data: entry(1),
          });
          checkStatus(appended, SW.securityStatusNotSatisfied);
          const again = await authenticate(card, 'doctor');
          const updated = await again.refusalOf(card, commands.updateRecord, {
            p1: 1,
            p2: file.sfi,
            data: entry(1),
          });
          checkStatus(updated, SW.securityStatusNotSatisfied);
        }
      },
    },
    {
      name: 'append-in-the-clear',
      title: 'a role appends under secure messaging and not without',
      clause: `${RULES}; ISO/IEC 7816-4:2020, 10.3; 5.6 (6987)`,
      async run(card) {
        await authenticate(card, 'doctor');
        const request = encodeRequest(commands.appendRecord, { p2: sfi, data: entry(1) });
        checkStatus(await card.transmit(request), SW.secureMessagingMissing, SW.securityStatusNotSatisfied);
        await expectBooklet(card);
      },
    },
    {
      name: 'append-for-doctors-alone',
      title: 'neither the holder nor staff, pharmacy or NHI writes into the booklet',
      clause: RULES,
      async run(card) {
        const request = { p2: sfi, data: entry(1) };
        for (const role of ['staff', 'pharmacy', 'nhi'] as const) {
          const session = await authenticate(card, role);
          const answer = await session.refusalOf(card, commands.appendRecord, request);
          checkStatus(answer, SW.securityStatusNotSatisfied);
        }
        await card.select();
        await verifyPin(card);
        const answer = await card.transmit(encodeRequest(commands.appendRecord, request));
        checkStatus(answer, SW.securityStatusNotSatisfied);
        await expectBooklet(card);
      },
    },
    {
      name: 'booklet-kept-without-power',
      title: 'the booklet outlives the power',
      destroys: WRITES,
      async run(card) {
        await booklet(card, 12, 2);
        await card.powerCycle();
        await card.select();
        await expectBooklet(card, entry(1, 12), entry(2, 2));
      },
    },
  ],
);
