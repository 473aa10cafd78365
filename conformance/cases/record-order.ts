/** READ RECORD in order and several at once: the record pointer of a channel (ISO/IEC 7816-4, 7.3.4 and 11.4). */

import { concatBytes, decodeTemplate, LOG_RECORD, PATIENT_APPLICATION, SW } from '../../apdu/index.js';
import { caseFamily, PATIENT } from '../case.js';
import { checkStatus, expectBytes, expectStatus, expectThat } from '../checks.js';
import { authenticate } from '../issuer/professional-peer.js';
import { TestIssuer } from '../issuer/test-issuer.js';
import type { TestCard } from '../test-card.js';
import { putVisit, readRecord, verifyPin, visit } from './steps.js';

const CLAUSE = 'ISO/IEC 7816-4:2020, 11.4.1 and 11.4.3';
const POINTER = 'ISO/IEC 7816-4:2020, 7.3.4: record pointer';
const WRITES = 'writes visits to the card';
const LOG = PATIENT_APPLICATION.files.log.sfi;
const MODE = { first: 0, last: 1, next: 2, previous: 3, fromP1: 5, toP1: 6 } as const;

/** READ RECORD of the current record of the current file. */
const CURRENT = Uint8Array.of(0x00, 0xb2, 0x00, 0x04, 0x00);

/** READ RECORD with P1 and a mode in P2; of the current file unless a short identifier is given. */
function read(mode: number, p1 = 0, sfi = 0, channel = 0): Uint8Array {
  return Uint8Array.of(channel, 0xb2, p1, (sfi << 3) | mode, 0x00);
}

/** Writes visits 1 to `count`; the log, which the holder reads, is then current and has no current record. */
async function log(card: TestCard, count: number): Promise<void> {
  const session = await authenticate(card, 'doctor');
  for (let number = 1; number <= count; number++) await putVisit(card, session, visit(number));
  await verifyPin(card);
  await expectStatus(card, '00a4020c020105', SW.ok);
}

/** Passes when a command reads the log entry of visit `number`. */
async function expectEntry(card: TestCard, command: Uint8Array, number: number): Promise<void> {
  const { data } = await expectStatus(card, command, SW.ok);
  const { time } = decodeTemplate(LOG_RECORD, data);
  expectThat(time === TestIssuer.daysAfterToday(number), `the entry of visit ${number}`, `time ${time}`);
}

export const RECORD_ORDER_CASES = caseFamily(
  {
    category: 'record',
    applications: PATIENT,
    fixture: 'operational',
    features: ['records', 'card-authentication', 'secure-messaging'],
    clause: CLAUSE,
  },
  [
    {
      name: 'first-and-last',
      title: 'first is the newest record of a cyclic file, last the oldest',
      destroys: WRITES,
      async run(card) {
        await log(card, 3);
        await expectEntry(card, read(MODE.first), 3);
        await expectEntry(card, read(MODE.last), 1);
      },
    },
    {
      name: 'next-to-the-end',
      title: 'next goes from the first record to the last and then finds none; the current one stays',
      clause: `${CLAUSE}; 5.6 (6A83)`,
      destroys: WRITES,
      async run(card) {
        await log(card, 2);
        await expectEntry(card, read(MODE.next), 2);
        await expectEntry(card, read(MODE.next), 1);
        await expectStatus(card, read(MODE.next), SW.recordNotFound);
        await expectEntry(card, CURRENT, 1);
      },
    },
    {
      name: 'previous-to-the-beginning',
      title: 'previous goes from the last record to the first and then finds none',
      clause: `${CLAUSE}; 5.6 (6A83)`,
      destroys: WRITES,
      async run(card) {
        await log(card, 2);
        await expectEntry(card, read(MODE.previous), 1);
        await expectEntry(card, read(MODE.previous), 2);
        await expectStatus(card, read(MODE.previous), SW.recordNotFound);
      },
    },
    {
      name: 'number-moves-nothing',
      title: 'reading by number leaves the current record as it is',
      clause: POINTER,
      destroys: WRITES,
      async run(card) {
        await log(card, 3);
        await expectEntry(card, read(MODE.first), 3);
        await expectEntry(card, Uint8Array.of(0x00, 0xb2, 3, 0x04, 0x00), 1);
        await expectEntry(card, CURRENT, 3);
        await expectEntry(card, read(MODE.next), 2);
      },
    },
    {
      name: 'no-current-record',
      title: 'a file just selected has no current record',
      clause: `${POINTER}; 5.6 (6A83)`,
      destroys: WRITES,
      async run(card) {
        await log(card, 1);
        await expectEntry(card, read(MODE.first), 1);
        await expectStatus(card, '00a4020c020105', SW.ok);
        await expectStatus(card, CURRENT, SW.recordNotFound);
      },
    },
    {
      name: 'short-identifier-begins-anew',
      title: 'with a short EF identifier next is the first record',
      clause: POINTER,
      destroys: WRITES,
      async run(card) {
        await log(card, 2);
        await expectEntry(card, read(MODE.next, 0, LOG), 2);
        await expectEntry(card, read(MODE.next, 0, LOG), 2);
        await expectEntry(card, read(MODE.next), 1);
      },
    },
    {
      name: 'pointer-of-a-channel',
      title: 'each logical channel has a current record of its own',
      clause: `${POINTER}; 5.4.2: logical channels`,
      destroys: WRITES,
      async run(card) {
        await log(card, 2);
        await expectEntry(card, read(MODE.first), 2);
        const opened = await card.send('0070000100');
        // a card may have no second channel
        if (opened.sw !== SW.ok.sw) return;
        const { aid } = card.spec;
        await expectStatus(card, `01a4040c0${aid.length / 2}${aid}`, SW.ok);
        await expectStatus(card, '01a4020c020105', SW.ok);
        await expectStatus(card, read(MODE.next, 0, 0, 1), SW.securityStatusNotSatisfied);
        await expectEntry(card, read(MODE.next), 1);
        await expectStatus(card, '00708001', SW.ok);
      },
    },
    {
      name: 'none-in-an-empty-file',
      title: 'an empty file has neither a first nor a last record',
      clause: `${CLAUSE}; 5.6 (6A83)`,
      async run(card) {
        await verifyPin(card);
        for (const mode of [MODE.first, MODE.last, MODE.next, MODE.previous]) {
          await expectStatus(card, read(mode, 0, LOG), SW.recordNotFound);
        }
      },
    },
    {
      name: 'several',
      title: 'all records from a number on come in one answer, in order or in reverse',
      destroys: WRITES,
      async run(card) {
        await log(card, 3);
        const records: Uint8Array[] = [];
        for (const number of [1, 2, 3]) {
          records.push(checkStatus(await readRecord(card, LOG, number), SW.ok).data);
        }
        const onward = await expectStatus(card, read(MODE.fromP1, 2, LOG), SW.ok);
        expectBytes(onward.data, concatBytes(records[1]!, records[2]!), 'records 2 and 3');
        const back = await expectStatus(card, read(MODE.toP1, 2, LOG), SW.ok);
        expectBytes(back.data, concatBytes(records[2]!, records[1]!), 'records 3 and 2');
        await expectStatus(card, read(MODE.fromP1, 4, LOG), SW.recordNotFound);
      },
    },
  ],
);
