/** Reading and refusing inside a session: cryptograms, protected Le and status (ISO/IEC 7816-4, clause 10). */

import { encodeRequest, PATIENT_APPLICATION, SW } from '../../apdu/index.js';
import { caseFamily, PATIENT } from '../case.js';
import { checkStatus, expectBytes, expectDifferent, expectThat } from '../checks.js';
import { authenticate } from '../issuer/professional-peer.js';
import { expectNothingWritten, expectSessionOver, expectTampered } from './secure-messaging.js';
import { contains, putVisit, readRecord, visit } from './steps.js';

const { putVisitRecord, readBinary } = PATIENT_APPLICATION.commands;
const CLAUSE = 'ISO/IEC 7816-4:2020, 10.2; 10.3';
const RECORDS = PATIENT_APPLICATION.files.records.sfi;
const WRITES = 'writes visits to the card';

export const SESSION_READING_CASES = caseFamily(
  {
    category: 'secure-messaging',
    applications: PATIENT,
    fixture: 'operational',
    features: ['secure-messaging', 'card-authentication'],
    clause: CLAUSE,
  },
  [
    {
      name: 'read-needs-it',
      title: 'what a role may read is read under secure messaging, and not beside it',
      clause: `${CLAUSE}; ISO/IEC 7816-4:2020, 9.3; 5.6 (6982)`,
      async run(card) {
        const session = await authenticate(card, 'doctor');
        const plain = { p1: 0x80 | PATIENT_APPLICATION.files.emergency.sfi, p2: 0 };
        checkStatus(await card.transmit(encodeRequest(readBinary, plain)), SW.securityStatusNotSatisfied);
        expectBytes(await session.expectOk(card, readBinary, plain), card.issuer.emergency, 'emergency data');
      },
    },
    {
      name: 'nothing-in-the-clear',
      title: 'neither what is written nor what is read stands on the wire',
      destroys: WRITES,
      async run(card) {
        const session = await authenticate(card, 'doctor');
        const { record } = visit(1);
        await putVisit(card, session, visit(1));
        checkStatus(await readRecord(card, RECORDS, 1), SW.ok);
        const seen = card.events.some(
          (event) =>
            event.kind === 'exchange' &&
            [event.command, event.response].some((bytes) => contains(bytes, record)),
        );
        expectThat(!seen, 'cryptograms', 'the record in the clear');
      },
    },
    {
      name: 'answers-differ',
      title: 'the same content read twice gives two cryptograms',
      clause: 'ISO/IEC 7816-4:2020, 10.2.2: the initial value follows from the counter',
      async run(card) {
        const session = await authenticate(card, 'doctor');
        const request = { p1: 0x80 | PATIENT_APPLICATION.files.emergency.sfi, p2: 0 };
        const answers: Uint8Array[] = [];
        for (let i = 0; i < 2; i++) {
          const response = checkStatus(await card.transmit(session.protect(readBinary, request)), SW.ok);
          session.open(response);
          answers.push(response.data.subarray(0, 20));
        }
        expectDifferent(answers[0]!, answers[1]!, 'cryptograms');
      },
    },
    {
      name: 'long-answer',
      title: 'an answer whose protected form exceeds 256 bytes is read under one checksum',
      clause: `${CLAUSE}; ISO/IEC 7816-4:2020, 5.3.4`,
      async run(card) {
        const session = await authenticate(card, 'doctor');
        const request = { p1: 0x80 | PATIENT_APPLICATION.files.certificate.sfi, p2: 0 };
        const fields = { ...encodeRequest(readBinary, request), le: 65536 };
        const answer = checkStatus(await card.transmit(session.protectFields(fields)), SW.ok);
        expectThat(answer.data.length > 256, 'more than one response', `${answer.data.length} bytes`);
        const { data, sw } = session.open(answer);
        expectThat(sw === SW.ok.sw && data[0] === 0x7f, 'the whole certificate', `${data.length} bytes`);
      },
    },
    {
      name: 'protected-le',
      title: 'Le under the checksum says how much is read, the outer one nothing',
      clause: 'ISO/IEC 7816-4:2020, 10.2: data object 97',
      async run(card) {
        const session = await authenticate(card, 'doctor');
        const p1 = 0x80 | PATIENT_APPLICATION.files.emergency.sfi;
        for (const le of [1, 3, 5]) {
          const fields = { ...encodeRequest(readBinary, { p1, p2: 0 }), le };
          const { data } = session.open(
            checkStatus(await card.transmit(session.protectFields(fields)), SW.ok),
          );
          expectBytes(data, card.issuer.emergency.subarray(0, le), 'the first bytes');
        }
      },
    },
    {
      name: 'refusal-protected',
      title: 'a refusal is answered under protection, and the session goes on',
      clause: 'ISO/IEC 7816-4:2020, 10.3: the status is protected; 5.6 (6982)',
      async run(card) {
        const session = await authenticate(card, 'staff');
        const certificate = { p1: 0x80 | PATIENT_APPLICATION.files.certificate.sfi, p2: 0 };
        const refused = checkStatus(await card.transmit(session.protect(readBinary, certificate)), SW.ok);
        const sw = session.unprotect(refused);
        expectThat(sw === SW.securityStatusNotSatisfied.sw, '6982 inside', sw.toString(16));
        const emergency = { p1: 0x80 | PATIENT_APPLICATION.files.emergency.sfi, p2: 0 };
        await session.expectOk(card, readBinary, emergency);
      },
    },
    {
      name: 'plain-in-the-session',
      title: 'plain data under a right checksum, and other padding indicators, are refused',
      clause: `${CLAUSE}; 5.6 (6987, 6988)`,
      async run(card) {
        await expectTampered(card, (data) => {
          const copy = data.slice();
          copy[0] = 0x81;
          return copy;
        });
        await expectTampered(card, (data) => {
          const copy = data.slice();
          // 87 L 01: the indicator follows a length of one byte
          copy[2] = 0x02;
          return copy;
        });
      },
    },
    {
      name: 'reordered',
      title: "two protected commands in each other's place are refused",
      clause: 'ISO/IEC 7816-4:2020, 10.2.3.1: send sequence counter; 5.6 (6988)',
      async run(card) {
        const session = await authenticate(card, 'doctor');
        const first = session.protect(putVisitRecord, { data: visit(1) });
        session.skip();
        const second = session.protect(putVisitRecord, { data: visit(2) });
        checkStatus(await card.transmit(second), SW.secureMessagingIncorrect);
        await expectSessionOver(card, session);
        checkStatus(await card.transmit(first), SW.securityStatusNotSatisfied, SW.secureMessagingIncorrect);
        await expectNothingWritten(card);
      },
    },
  ],
);
