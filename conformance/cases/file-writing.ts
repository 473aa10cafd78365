/** UPDATE BINARY and ERASE BINARY: offsets, the end of the file, who may (ISO/IEC 7816-4, 11.3). */

import {
  concatBytes,
  encodeCommandApdu,
  encodeRequest,
  PATIENT_APPLICATION,
  SW,
  utf8ToBytes,
} from '../../apdu/index.js';
import { caseFamily, PATIENT } from '../case.js';
import { checkStatus, expectBytes } from '../checks.js';
import type { CardSession } from '../issuer/card-session.js';
import { authenticate } from '../issuer/professional-peer.js';
import type { TestCard } from '../test-card.js';
import { readFile, verifyPin } from './steps.js';

const UPDATE = 'ISO/IEC 7816-4:2020, 11.3.5';
const ERASE = 'ISO/IEC 7816-4:2020, 11.3.7';
const RULES = 'project specification, access rules of the files';
const WRITES = 'writes the emergency data';
const { commands, files } = PATIENT_APPLICATION;
const { sfi, size } = files.emergency;
const BY_SFI = 0x80 | sfi;
const TEXT = utf8ToBytes('latex');

function update(card: TestCard, session: CardSession, offset: number, data: Uint8Array) {
  return session.expectOk(card, commands.updateBinary, { p1: BY_SFI, p2: offset, data });
}

/** The content as another session reads it. */
async function expectContent(card: TestCard, expected: Uint8Array): Promise<void> {
  await authenticate(card, 'doctor');
  expectBytes(await readFile(card, sfi), expected, 'the emergency data');
}

export const FILE_WRITING_CASES = caseFamily(
  {
    category: 'file',
    applications: PATIENT,
    fixture: 'operational',
    features: ['files', 'card-authentication', 'secure-messaging'],
    clause: UPDATE,
  },
  [
    {
      name: 'update-in-place',
      title: 'UPDATE BINARY replaces bytes at an offset and leaves the others',
      destroys: WRITES,
      async run(card) {
        const { emergency } = card.issuer;
        const session = await authenticate(card, 'doctor');
        await update(card, session, 2, TEXT);
        const expected = emergency.slice();
        expected.set(TEXT, 2);
        await expectContent(card, expected);
      },
    },
    {
      name: 'update-extends',
      title: 'UPDATE BINARY at the end of the content extends it',
      destroys: WRITES,
      async run(card) {
        const { emergency } = card.issuer;
        const session = await authenticate(card, 'doctor');
        await update(card, session, emergency.length, TEXT);
        await expectContent(card, concatBytes(emergency, TEXT));
      },
    },
    {
      name: 'update-current',
      title: 'the file of a short EF identifier is current for the next UPDATE BINARY',
      clause: `${UPDATE}; 11.3.1: the EF becomes current`,
      destroys: WRITES,
      async run(card) {
        const session = await authenticate(card, 'doctor');
        await update(card, session, 0, TEXT);
        await session.expectOk(card, commands.updateBinary, { p1: 0, p2: 1, data: TEXT.subarray(0, 1) });
        const expected = card.issuer.emergency.slice();
        expected.set(TEXT);
        expected.set(TEXT.subarray(0, 1), 1);
        await expectContent(card, expected);
      },
    },
    {
      name: 'update-beyond-content',
      title: 'UPDATE BINARY leaves no gap: an offset behind the content is refused, nothing is written',
      clause: `${UPDATE}; 5.6 (6B00)`,
      async run(card) {
        const { emergency } = card.issuer;
        const session = await authenticate(card, 'doctor');
        const request = { p1: BY_SFI, p2: emergency.length + 1, data: TEXT };
        checkStatus(
          await session.refusalOf(card, commands.updateBinary, request),
          SW.wrongParameters,
          SW.incorrectP1P2,
        );
        await expectContent(card, emergency);
      },
    },
    {
      name: 'update-too-long',
      title: 'data that the file has no room for are refused, nothing is written',
      clause: `${UPDATE}; 5.6 (6A84, 6700)`,
      async run(card) {
        const session = await authenticate(card, 'doctor');
        const data = new Uint8Array(size + 1).fill(0x41);
        const request = { p1: BY_SFI, p2: 0, data };
        checkStatus(
          await session.refusalOf(card, commands.updateBinary, request),
          SW.notEnoughMemory,
          SW.wrongLength,
        );
        await expectContent(card, card.issuer.emergency);
      },
    },
    {
      name: 'update-records',
      title: 'a file of records is not written as bytes',
      clause: `${UPDATE}; 5.6 (6981)`,
      async run(card) {
        const session = await authenticate(card, 'doctor');
        const request = { p1: 0x80 | files.programmes.sfi, p2: 0, data: TEXT };
        checkStatus(await session.refusalOf(card, commands.updateBinary, request), SW.incompatibleFile);
      },
    },
    {
      name: 'update-in-the-clear',
      title: 'a role writes under secure messaging and not without',
      clause: `${RULES}; ISO/IEC 7816-4:2020, 10.3; 5.6 (6987)`,
      async run(card) {
        await authenticate(card, 'doctor');
        const request = encodeRequest(commands.updateBinary, { p1: BY_SFI, p2: 0, data: TEXT });
        checkStatus(await card.transmit(request), SW.secureMessagingMissing, SW.securityStatusNotSatisfied);
        await expectContent(card, card.issuer.emergency);
      },
    },
    {
      name: 'update-for-doctors-alone',
      title: 'neither the holder nor staff, pharmacy or NHI writes the emergency data',
      clause: RULES,
      async run(card) {
        const request = { p1: BY_SFI, p2: 0, data: TEXT };
        for (const role of ['staff', 'pharmacy', 'nhi'] as const) {
          const session = await authenticate(card, role);
          const answer = await session.refusalOf(card, commands.updateBinary, request);
          checkStatus(answer, SW.securityStatusNotSatisfied);
        }
        await card.select();
        await verifyPin(card);
        const answer = await card.transmit(encodeRequest(commands.updateBinary, request));
        checkStatus(answer, SW.securityStatusNotSatisfied);
        await expectContent(card, card.issuer.emergency);
      },
    },
    {
      name: 'update-certificate-never',
      title: 'nobody writes the patient certificate as bytes',
      clause: RULES,
      async run(card) {
        const session = await authenticate(card, 'nhi');
        await verifyPin(card);
        const request = { p1: 0x80 | files.certificate.sfi, p2: 0, data: TEXT };
        checkStatus(
          await session.refusalOf(card, commands.updateBinary, request),
          SW.securityStatusNotSatisfied,
        );
      },
    },
    {
      name: 'update-in-a-chain',
      title: 'protected data in two links are one UPDATE BINARY',
      clause: `${UPDATE}; 5.3.3`,
      features: ['files', 'card-authentication', 'secure-messaging', 'chaining'],
      destroys: WRITES,
      async run(card) {
        const session = await authenticate(card, 'doctor');
        const whole = session.protect(commands.updateBinary, { p1: BY_SFI, p2: 0, data: TEXT });
        const { cla, ins, p1, p2, data = TEXT } = whole;
        const first = { cla: cla | 0x10, ins, p1, p2, data: data.subarray(0, 7) };
        checkStatus(await card.send(encodeCommandApdu(first)), SW.ok);
        checkStatus(await card.transmit({ ...whole, data: data.subarray(7) }), SW.ok);
        const expected = card.issuer.emergency.slice();
        expected.set(TEXT);
        await expectContent(card, expected);
      },
    },
    {
      name: 'update-chain-interrupted',
      title: 'an interrupted chain writes nothing',
      clause: `${UPDATE}; 5.3.3; 5.6 (6883)`,
      features: ['files', 'card-authentication', 'secure-messaging', 'chaining'],
      async run(card) {
        const session = await authenticate(card, 'doctor');
        const whole = session.protect(commands.updateBinary, { p1: BY_SFI, p2: 0, data: TEXT });
        const { cla, ins, p1, p2, data = TEXT } = whole;
        const first = { cla: cla | 0x10, ins, p1, p2, data: data.subarray(0, 7) };
        checkStatus(await card.send(encodeCommandApdu(first)), SW.ok);
        checkStatus(await card.send('0084000010'), SW.lastCommandExpected);
        await expectContent(card, card.issuer.emergency);
      },
    },
    {
      name: 'update-kept-without-power',
      title: 'what was written outlives the power',
      destroys: WRITES,
      async run(card) {
        const session = await authenticate(card, 'doctor');
        await update(card, session, card.issuer.emergency.length, TEXT);
        await card.powerCycle();
        await card.select();
        await expectContent(card, concatBytes(card.issuer.emergency, TEXT));
      },
    },
    {
      name: 'erase-the-rest',
      title: 'ERASE BINARY ends the content at its offset, and what is written there begins anew',
      clause: ERASE,
      destroys: WRITES,
      async run(card) {
        const { emergency } = card.issuer;
        const session = await authenticate(card, 'doctor');
        await session.expectOk(card, commands.eraseBinary, { p1: BY_SFI, p2: 3 });
        await update(card, session, 3, TEXT);
        await expectContent(card, concatBytes(emergency.subarray(0, 3), TEXT));
      },
    },
    {
      name: 'erase-beyond-content',
      title: 'ERASE BINARY from behind the content is refused',
      clause: `${ERASE}; 5.6 (6B00)`,
      async run(card) {
        const session = await authenticate(card, 'doctor');
        const request = { p1: BY_SFI, p2: card.issuer.emergency.length + 1 };
        checkStatus(
          await session.refusalOf(card, commands.eraseBinary, request),
          SW.wrongParameters,
          SW.incorrectP1P2,
        );
      },
    },
    {
      name: 'warned-of-the-end',
      title: 'Le beyond the end of the file: what there is, with a warning or the right Le',
      clause: 'ISO/IEC 7816-4:2020, 11.3.3; 5.6 (6282)',
      async run(card) {
        await verifyPin(card);
        const { length } = await readFile(card, files.certificate.sfi);
        const offset = length - 3;
        const answer = await card.sendInSession(Uint8Array.of(0x00, 0xb0, offset >> 8, offset & 0xff, 16));
        checkStatus(answer, SW.endOfFile, 0x6c03);
        const rest = await card.sendInSession(Uint8Array.of(0x00, 0xb0, offset >> 8, offset & 0xff, 3));
        checkStatus(rest, SW.ok);
        const all = await card.sendInSession(Uint8Array.of(0x00, 0xb0, offset >> 8, offset & 0xff, 0));
        checkStatus(all, SW.ok, 0x6c03);
        if (answer.sw === SW.endOfFile.sw) expectBytes(answer.data, rest.data, 'the last three bytes');
      },
    },
  ],
);
