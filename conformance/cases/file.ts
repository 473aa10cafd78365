/** READ BINARY: offsets, short identifiers, the end of the file, access (ISO/IEC 7816-4, 11.3.3). */

import { decodeTlv, type FileSpec, fromHex, SW } from '../../apdu/index.js';
import { BOTH, caseFamily, PATIENT } from '../case.js';
import { checkStatus, expectBytes, expectStatus, expectThat } from '../checks.js';
import { authenticate } from '../issuer/professional-peer.js';
import type { TestCard } from '../test-card.js';
import { readFile, verifyPin } from './steps.js';

const CLAUSE = 'ISO/IEC 7816-4:2020, 11.3.3';

function readBinary(p1: number, p2: number, le = 0): Uint8Array {
  return Uint8Array.of(0x00, 0xb0, p1, p2, le);
}

/** Short identifier 1: the patient certificate, or the role certificate of a professional. */
const CERTIFICATE = 0x81;

/** The whole certificate; its tag and length anchor what the cases read at offsets. */
async function certificate(card: TestCard): Promise<Uint8Array> {
  const whole = await readFile(card, 1);
  const { tag } = decodeTlv(whole);
  expectThat(tag === 0x7f21, 'one card-verifiable certificate', `tag ${tag.toString(16)}`);
  return whole;
}

function transparentFiles(card: TestCard): readonly FileSpec[] {
  return Object.values(card.spec.files).filter((file) => file.structure === 'transparent');
}

export const FILE_CASES = caseFamily(
  { category: 'file', applications: BOTH, fixture: 'operational', features: ['files'], clause: CLAUSE },
  [
    {
      name: 'by-short-identifier',
      title: 'the file of a short EF identifier is read',
      async run(card) {
        await verifyPin(card);
        const { data } = await expectStatus(card, readBinary(CERTIFICATE, 0, 2), SW.ok, SW.bytesAvailable);
        expectBytes(data.subarray(0, 2), fromHex('7f21'), 'a card-verifiable certificate');
      },
    },
    {
      name: 'short-identifier-makes-current',
      title: 'the file of a short EF identifier becomes the current one',
      clause: 'ISO/IEC 7816-4:2020, 11.3.1: bits 5 to 1 of P1, the EF becomes current',
      async run(card) {
        await verifyPin(card);
        const whole = await certificate(card);
        await card.select();
        await verifyPin(card);
        await expectStatus(card, readBinary(CERTIFICATE, 0, 1), SW.ok, SW.bytesAvailable);
        const { data } = checkStatus(await card.send(readBinary(0x00, 0x02, 8)), SW.ok, SW.bytesAvailable);
        expectBytes(data.subarray(0, 8), whole.subarray(2, 10), 'bytes 2 to 9');
      },
    },
    {
      name: 'at-an-offset',
      title: 'every offset gives the bytes from there on',
      async run(card) {
        await verifyPin(card);
        const whole = await certificate(card);
        for (const offset of [1, 2, 7, 63, 64, 127, 128, whole.length - 1]) {
          const { data } = await expectStatus(
            card,
            readBinary(offset >> 8, offset & 0xff, 1),
            SW.ok,
            SW.bytesAvailable,
          );
          expectBytes(data, whole.subarray(offset, offset + 1), `byte ${offset}`);
        }
      },
    },
    {
      name: 'offset-with-short-identifier',
      title: 'with a short EF identifier P2 is the offset',
      async run(card) {
        await verifyPin(card);
        const whole = await certificate(card);
        const { data } = await expectStatus(card, readBinary(CERTIFICATE, 0x05, 4), SW.ok, SW.bytesAvailable);
        expectBytes(data.subarray(0, 4), whole.subarray(5, 9), 'bytes 5 to 8');
      },
    },
    {
      name: 'up-to-the-end',
      title: 'Le beyond the end gives what is left, with or without a warning, or the right Le',
      async run(card) {
        await verifyPin(card);
        const whole = await certificate(card);
        const offset = whole.length - 3;
        const response = await card.send(readBinary(offset >> 8, offset & 0xff, 16));
        checkStatus(response, SW.ok, SW.endOfFile, 0x6c03);
        const expected = response.sw === 0x6c03 ? new Uint8Array(0) : whole.subarray(offset);
        expectBytes(response.data, expected, 'the last three bytes');
      },
    },
    {
      name: 'beyond-the-end',
      title: 'an offset outside the file is refused',
      clause: 'ISO/IEC 7816-4:2020, 11.3.3; 5.6 (6B00)',
      async run(card) {
        await verifyPin(card);
        await expectStatus(card, readBinary(CERTIFICATE, 0, 1), SW.ok, SW.bytesAvailable);
        await expectStatus(card, readBinary(0x7f, 0xff, 1), SW.wrongParameters, SW.incorrectP1P2);
      },
    },
    {
      name: 'at-the-end',
      title: 'an offset at the end of the file gives no byte',
      async run(card) {
        await verifyPin(card);
        const { length } = await certificate(card);
        const response = await card.send(readBinary(length >> 8, length & 0xff, 1));
        checkStatus(response, SW.ok, SW.endOfFile, SW.wrongParameters, SW.incorrectP1P2);
        expectThat(response.data.length === 0, 'no data', `${response.data.length} bytes`);
      },
    },
    {
      name: 'no-current-file',
      title: 'without a current file READ BINARY is refused',
      clause: 'ISO/IEC 7816-4:2020, 11.3.3; 5.6 (6986)',
      async run(card) {
        await verifyPin(card);
        await expectStatus(card, readBinary(0x00, 0x00), SW.noCurrentFile);
      },
    },
    {
      name: 'unknown-short-identifier',
      title: 'a short EF identifier without a file is not found',
      clause: 'ISO/IEC 7816-4:2020, 11.3.3; 5.6 (6A82)',
      async run(card) {
        await verifyPin(card);
        await expectStatus(card, readBinary(0x80 | 29, 0), SW.fileNotFound);
      },
    },
    {
      name: 'reserved-p1',
      title: 'bits 7 and 6 of P1 beside a short EF identifier are refused',
      clause: 'ISO/IEC 7816-4:2020, 11.3.1: P1 bits 7 and 6 are 00',
      async run(card) {
        await expectStatus(card, readBinary(0xc1, 0), SW.incorrectP1P2, SW.wrongParameters);
      },
    },
    {
      name: 'with-data',
      title: 'READ BINARY (even instruction) takes no data',
      async run(card) {
        await verifyPin(card);
        await expectStatus(card, '00b08100010000', SW.wrongLength, SW.incorrectData);
      },
    },
    {
      name: 'reading-twice',
      title: 'reading changes nothing: twice the same bytes',
      async run(card) {
        await verifyPin(card);
        expectBytes(await readFile(card, 1), await readFile(card, 1), 'the same file');
      },
    },
    {
      name: 'size-within-declaration',
      title: 'no file holds more than its declared size',
      clause: 'ISO/IEC 7816-4:2020, 7.4.3 (80); project specification, files',
      async run(card) {
        for (const file of transparentFiles(card)) {
          if (file.read === 'never' || file.sfi !== 1) continue;
          await verifyPin(card);
          const { length } = await readFile(card, file.sfi);
          expectThat(length > 0 && length <= file.size, `1 to ${file.size} bytes`, `${length} bytes`);
        }
      },
    },
    {
      name: 'not-without-pin',
      title: 'nothing is read from a patient card before PIN or role',
      clause: 'ISO/IEC 7816-4:2020, 9.3; project specification, access rules of the files',
      applications: PATIENT,
      async run(card) {
        for (const file of transparentFiles(card)) {
          if (file.read === 'always') continue;
          await expectStatus(card, readBinary(0x80 | file.sfi, 0), SW.securityStatusNotSatisfied);
        }
      },
    },
    {
      name: 'not-without-pin-when-current',
      title: 'a current file is no permission: reading it needs PIN or role',
      clause: 'ISO/IEC 7816-4:2020, 9.3; project specification, access rules of the files',
      applications: PATIENT,
      async run(card) {
        await expectStatus(card, '00a4020c020101', SW.ok);
        await expectStatus(card, readBinary(0x00, 0x00), SW.securityStatusNotSatisfied);
      },
    },
    {
      name: 'emergency-not-for-holder',
      title: "the holder's PIN does not open the emergency file",
      clause: 'project specification, EF.Emergency: doctor or staff',
      applications: PATIENT,
      async run(card) {
        await verifyPin(card);
        await expectStatus(card, readBinary(0x84, 0), SW.securityStatusNotSatisfied);
      },
    },
    {
      name: 'emergency-for-staff',
      title: 'staff read the emergency file without the PIN',
      clause: 'project specification, EF.Emergency: doctor or staff',
      applications: PATIENT,
      features: ['files', 'card-authentication'],
      async run(card) {
        await authenticate(card, 'staff');
        expectBytes(await readFile(card, 4), card.issuer.emergency, 'the emergency data');
      },
    },
    {
      name: 'identity-not-for-staff',
      title: 'staff never read the patient certificate',
      clause: 'project specification, EF.PCert: holder PIN or doctor',
      applications: PATIENT,
      features: ['files', 'card-authentication'],
      async run(card) {
        await authenticate(card, 'staff');
        await expectStatus(card, readBinary(CERTIFICATE, 0), SW.securityStatusNotSatisfied);
      },
    },
    {
      name: 'identity-for-doctor',
      title: 'a doctor reads the patient certificate without the PIN',
      clause: 'project specification, EF.PCert: holder PIN or doctor',
      applications: PATIENT,
      features: ['files', 'card-authentication'],
      async run(card) {
        await authenticate(card, 'doctor');
        expectThat((await readFile(card, 1)).length > 0, 'the patient certificate', 'nothing');
      },
    },
    {
      name: 'records-not-as-bytes',
      title: 'a file of records is not read as bytes',
      clause: 'ISO/IEC 7816-4:2020, 11.3.3; 5.6 (6981)',
      applications: PATIENT,
      async run(card) {
        await verifyPin(card);
        await expectStatus(card, readBinary(0x85, 0), SW.incompatibleFile);
      },
    },
  ],
);
