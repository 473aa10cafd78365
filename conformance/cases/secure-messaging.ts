/** Secure messaging of a session: protection is demanded, checked and counted, data are encrypted (ISO/IEC 7816-4, clause 10). */

import {
  type CommandApduFields,
  concatBytes,
  decodeTlvs,
  encodeRequest,
  encodeTlv,
  fromHex,
  PATIENT_APPLICATION,
  SW,
} from '../../apdu/index.js';
import { caseFamily, PATIENT } from '../case.js';
import { checkStatus, expectBytes, expectOk, expectThat } from '../checks.js';
import type { CardSession } from '../issuer/card-session.js';
import { authenticate } from '../issuer/professional-peer.js';
import type { TestCard } from '../test-card.js';
import { putVisit, readRecord, visit } from './steps.js';

const { putVisitRecord, getChallenge } = PATIENT_APPLICATION.commands;
const CLAUSE = 'ISO/IEC 7816-4:2020, 10.2; 10.3';
const RECORDS = PATIENT_APPLICATION.files.records.sfi;
const WRITES = 'writes visits to the card';

/** Nothing was written, as a doctor sees it. */
export async function expectNothingWritten(card: TestCard): Promise<void> {
  await authenticate(card, 'doctor');
  checkStatus(await readRecord(card, RECORDS, 1), SW.recordNotFound);
}

/** The session is over: the command with the right checksum is refused as well. */
export async function expectSessionOver(card: TestCard, session: CardSession): Promise<void> {
  const { sw } = await card.transmit(session.protect(putVisitRecord, { data: visit(2) }));
  expectThat(
    [SW.secureMessagingMissing, SW.secureMessagingIncorrect, SW.securityStatusNotSatisfied].some(
      (one) => one.sw === sw,
    ),
    '6982, 6987 or 6988: the session is over',
    sw.toString(16),
  );
}

/** Sends a protected PUT DATA whose finished data field was changed; passes when it is refused as wrong. */
export async function expectTampered(
  card: TestCard,
  tamper: (data: Uint8Array) => Uint8Array,
): Promise<void> {
  const session = await authenticate(card, 'doctor');
  const command = session.protect(putVisitRecord, { data: visit(1) }, tamper);
  checkStatus(await card.transmit(command), SW.secureMessagingIncorrect, SW.secureMessagingMissing);
  await expectNothingWritten(card);
}

export const SECURE_MESSAGING_CASES = caseFamily(
  {
    category: 'secure-messaging',
    applications: PATIENT,
    fixture: 'operational',
    features: ['secure-messaging', 'card-authentication'],
    clause: CLAUSE,
  },
  [
    {
      name: 'other-parameters',
      title: 'the checksum covers P1 and P2: with others the command is refused',
      clause: 'ISO/IEC 7816-4:2020, 10.2.3.1: the command header is authenticated',
      async run(card) {
        for (const change of [{ p1: 2 }, { p2: (RECORDS << 3) | 5 }]) {
          const session = await authenticate(card, 'doctor');
          const read = { cla: 0, ins: 0xb2, p1: 1, p2: (RECORDS << 3) | 4, le: 256 };
          const command = { ...session.protectFields(read), ...change };
          checkStatus(await card.transmit(command), SW.secureMessagingIncorrect, SW.secureMessagingMissing);
        }
      },
    },
    {
      name: 'wrong-padding',
      title: 'a cryptogram under the right checksum that ends in another padding than 80 00… is refused',
      clause: 'ISO/IEC 7816-4:2020, 10.3; ISO/IEC 9797-1, padding method 2',
      async run(card) {
        const session = await authenticate(card, 'doctor');
        const { cla, ins, p1, p2, data } = encodeRequest(putVisitRecord, { data: visit(1) });
        const unpadded = new Uint8Array(Math.ceil(data!.length / 16) * 16).fill(0x01);
        unpadded.set(data!);
        const header = Uint8Array.of(cla | 0x0c, ins, p1, p2);
        const objects = session.commandData(header, data!, undefined, unpadded);
        const command = { cla: header[0]!, ins, p1, p2, data: objects, le: 256 };
        checkStatus(await card.transmit(command), SW.secureMessagingIncorrect, SW.secureMessagingMissing);
        await expectNothingWritten(card);
      },
    },
    {
      name: 'good',
      title: 'a protected command is executed and its answer carries a right checksum',
      destroys: WRITES,
      async run(card) {
        const session = await authenticate(card, 'doctor');
        await putVisit(card, session, visit(1));
        checkStatus(await readRecord(card, RECORDS, 1), SW.ok);
      },
    },
    {
      name: 'many-in-one-session',
      title: 'the counter goes on: ten protected commands in one session',
      destroys: WRITES,
      async run(card) {
        const session = await authenticate(card, 'doctor');
        for (let number = 1; number <= 10; number++) await putVisit(card, session, visit(number));
      },
    },
    {
      name: 'answer-protected',
      title: 'the answer holds the status word and a checksum, nothing else',
      destroys: WRITES,
      async run(card) {
        const session = await authenticate(card, 'doctor');
        const { data } = checkStatus(
          await card.transmit(session.protect(putVisitRecord, { data: visit(1) })),
          SW.ok,
        );
        const objects = decodeTlvs(data);
        const tags = objects.map((object) => object.tag.toString(16)).join(' ');
        expectThat(tags === '99 8e', 'data objects 99 and 8E', tags);
        expectBytes(objects[0]!.value, fromHex('9000'), 'status word 9000 inside');
      },
    },
    {
      name: 'missing',
      title: 'the command without protection is refused, though a session is open',
      clause: `${CLAUSE}; ISO/IEC 7816-4:2020, 9.3; 5.6 (6982): a role counts only inside its session`,
      async run(card) {
        await authenticate(card, 'doctor');
        const plain = encodeRequest(putVisitRecord, { data: visit(1) });
        checkStatus(await card.transmit(plain), SW.securityStatusNotSatisfied);
        await expectNothingWritten(card);
      },
    },
    {
      name: 'no-checksum',
      title: 'protected data without a checksum are refused',
      clause: `${CLAUSE}; 5.6 (6987)`,
      async run(card) {
        await expectTampered(card, (data) => data.subarray(0, data.length - 10));
      },
    },
    {
      name: 'short-checksum',
      title: 'a checksum of four bytes, the beginning of the right one, is refused',
      clause: 'ISO/IEC 7816-4:2020, 10.2.3.1',
      async run(card) {
        await expectTampered(card, (data) =>
          concatBytes(
            data.subarray(0, data.length - 10),
            encodeTlv(0x8e, data.subarray(data.length - 8, data.length - 4)),
          ),
        );
      },
    },
    {
      name: 'empty-checksum',
      title: 'an empty checksum is refused',
      clause: 'ISO/IEC 7816-4:2020, 10.2.3.1',
      async run(card) {
        await expectTampered(card, (data) =>
          concatBytes(data.subarray(0, data.length - 10), fromHex('8e00')),
        );
      },
    },
    {
      name: 'wrong-checksum',
      title: 'each wrong byte of the checksum is noticed and ends the session',
      clause: `${CLAUSE}; 5.6 (6988)`,
      async run(card) {
        for (const from of [1, 4, 8]) {
          const session = await authenticate(card, 'doctor');
          const flip = (data: Uint8Array) => {
            const copy = data.slice();
            copy[copy.length - from]! ^= 0x80;
            return copy;
          };
          const command = session.protect(putVisitRecord, { data: visit(1) }, flip);
          checkStatus(await card.transmit(command), SW.secureMessagingIncorrect);
          await expectSessionOver(card, session);
        }
        await expectNothingWritten(card);
      },
    },
    {
      name: 'changed-data',
      title: 'one changed bit of the data is noticed',
      clause: `${CLAUSE}; 5.6 (6988)`,
      async run(card) {
        await expectTampered(card, (data) => {
          const copy = data.slice();
          copy[12]! ^= 0x01;
          return copy;
        });
      },
    },
    {
      name: 'objects-reordered',
      title: 'the checksum in front of the data is refused',
      clause: 'ISO/IEC 7816-4:2020, 10.2.3.1: the checksum covers the objects before it',
      async run(card) {
        await expectTampered(card, (data) =>
          concatBytes(data.subarray(data.length - 10), data.subarray(0, data.length - 10)),
        );
      },
    },
    {
      name: 'object-added',
      title: 'an object that was not under the checksum is refused',
      async run(card) {
        await expectTampered(card, (data) => concatBytes(fromHex('970100'), data));
      },
    },
    {
      name: 'replayed',
      title: 'the same protected command again is refused and ends the session',
      clause: 'ISO/IEC 7816-4:2020, 10.2.3.1: send sequence counter; 5.6 (6988)',
      destroys: WRITES,
      async run(card) {
        const session = await authenticate(card, 'doctor');
        const command: CommandApduFields = session.protect(putVisitRecord, { data: visit(1) });
        session.unprotect(checkStatus(await card.transmit(command), SW.ok));
        checkStatus(await card.transmit(command), SW.secureMessagingIncorrect);
        await expectSessionOver(card, session);
        await authenticate(card, 'doctor');
        checkStatus(await readRecord(card, RECORDS, 2), SW.recordNotFound);
      },
    },
    {
      name: 'counter-skipped',
      title: 'a command with a counter that was left out is refused',
      clause: 'ISO/IEC 7816-4:2020, 10.2.3.1: send sequence counter; 5.6 (6988)',
      async run(card) {
        const session = await authenticate(card, 'doctor');
        session.skip();
        const command = session.protect(putVisitRecord, { data: visit(1) });
        checkStatus(await card.transmit(command), SW.secureMessagingIncorrect);
        await expectNothingWritten(card);
      },
    },
    {
      name: 'session-of-before',
      title: 'after a new authentication the session of before is worth nothing',
      async run(card) {
        const before = await authenticate(card, 'doctor');
        await authenticate(card, 'doctor');
        const command = before.protect(putVisitRecord, { data: visit(1) });
        checkStatus(await card.transmit(command), SW.secureMessagingIncorrect);
        await expectNothingWritten(card);
      },
    },
    {
      name: 'session-lost-on-reset',
      title: 'a reset ends the session',
      clause: 'ISO/IEC 7816-4:2020, 9.2; 10.1',
      async run(card) {
        const session = await authenticate(card, 'doctor');
        await card.reset();
        await card.select();
        await expectSessionOver(card, session);
        await expectNothingWritten(card);
      },
    },
    {
      name: 'role-ends-with-session',
      title: 'a wrong checksum takes the role back with the session',
      clause: 'project specification, PUT DATA (6988): the session is closed',
      async run(card) {
        const session = await authenticate(card, 'doctor');
        session.skip();
        await card.transmit(session.protect(putVisitRecord, { data: visit(1) }));
        card.enterSession(undefined);
        checkStatus(await readRecord(card, RECORDS, 1), SW.securityStatusNotSatisfied);
      },
    },
    {
      name: 'refusal-keeps-session',
      title: 'a command that is refused for its content leaves the session usable',
      clause: 'ISO/IEC 7816-4:2020, 10.3: the status is protected',
      destroys: WRITES,
      async run(card) {
        const session = await authenticate(card, 'doctor');
        const [doctorRandom, hash] = [card.random.bytes(16), card.random.bytes(32)];
        const prescription = {
          doctorRandom,
          prescriptionHash: hash,
          expiry: visit(30).time,
          repeats: 0,
          prescription: hash,
        };
        const refusal = await session.refusalOf(card, putVisitRecord, {
          data: { ...visit(1), prescription },
        });
        checkStatus(refusal, SW.conditionsNotSatisfied);
        await putVisit(card, session, visit(1));
      },
    },
    {
      name: 'undeclared-command',
      title: 'a command that has no secure messaging is refused with it, in an open session',
      clause: 'ISO/IEC 7816-4:2020, 5.4.1; 5.6 (6882)',
      async run(card) {
        const session = await authenticate(card, 'doctor');
        const response = await card.transmit(session.protect(getChallenge, {}));
        checkStatus(
          response,
          SW.secureMessagingNotSupported,
          SW.classNotSupported,
          SW.secureMessagingIncorrect,
        );
      },
    },
    {
      name: 'in-a-chain',
      title: 'protected data of more than one link are taken whole',
      clause: 'ISO/IEC 7816-4:2020, 5.3.3; 10.2',
      features: ['secure-messaging', 'card-authentication', 'chaining'],
      destroys: WRITES,
      async run(card) {
        const session = await authenticate(card, 'doctor');
        const { data = new Uint8Array(0), ...fields } = session.protect(putVisitRecord, { data: visit(1) });
        const header = (cla: number) => [cla, fields.ins, fields.p1, fields.p2];
        const first = Uint8Array.of(...header(fields.cla | 0x10), 5, ...data.subarray(0, 5));
        checkStatus(await card.send(first), SW.ok);
        const rest = data.subarray(5);
        const last = Uint8Array.of(...header(fields.cla), rest.length, ...rest, 0);
        const sw = session.unprotect(checkStatus(await card.send(last), SW.ok));
        expectThat(sw === SW.ok.sw, '9000 inside', sw.toString(16));
        await expectOk(card, getChallenge, {});
      },
    },
  ],
);
