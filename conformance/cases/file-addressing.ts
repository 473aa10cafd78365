/** Which file and which bytes a command means: offsets, short identifiers, who may (ISO/IEC 7816-4, 11.3 and 11.6). */

import { decodeTlv, decodeTlvs, PATIENT_APPLICATION, SW, uintToBytes } from '../../apdu/index.js';
import { BOTH, caseFamily, PATIENT } from '../case.js';
import { checkStatus, expectBytes, expectStatus, expectThat } from '../checks.js';
import { authenticate } from '../issuer/professional-peer.js';
import { TestIssuer } from '../issuer/test-issuer.js';
import type { TestCard } from '../test-card.js';
import { readFile, verifyPin } from './steps.js';

const READ = 'ISO/IEC 7816-4:2020, 11.3.3';
const ADDRESS = 'ISO/IEC 7816-4:2020, 11.3.1: bits 5 to 1 of P1, the EF becomes current';
const RULES = 'project specification, access rules of the files';
const { commands, files } = PATIENT_APPLICATION;
/** Short identifier of EF.CACert, which both cards let everybody read. */
const AUTHORITY = 16;

/** Its file identifier, which differs. */
function authorityFid(card: TestCard): Uint8Array {
  const file = Object.values(card.spec.files).find(({ sfi }) => sfi === AUTHORITY);
  return uintToBytes(file?.fid ?? 0, 2);
}

export const FILE_ADDRESSING_CASES = caseFamily(
  { category: 'file', applications: BOTH, fixture: 'operational', features: ['files'], clause: READ },
  [
    {
      name: 'offset-of-two-bytes',
      title: 'an offset of 256 is beyond a file of 255 bytes and less, not its beginning',
      clause: `${READ}; 11.3.1: offset of 15 bits`,
      async run(card) {
        await expectStatus(card, Uint8Array.of(0x00, 0xb0, 0x80 | AUTHORITY, 0, 1), SW.ok);
        const answer = await card.send(Uint8Array.of(0x00, 0xb0, 0x01, 0x00, 4));
        expectThat(answer.data.length === 0, 'no data', `${answer.data.length} bytes`);
        checkStatus(answer, SW.wrongParameters, SW.incorrectP1P2, SW.endOfFile);
      },
    },
    {
      name: 'unknown-short-identifier-beside-current',
      title: 'a short identifier that no file has is not found, whatever file is current',
      clause: `${ADDRESS}; 5.6 (6A82)`,
      async run(card) {
        await expectStatus(card, Uint8Array.of(0x00, 0xb0, 0x80 | AUTHORITY, 0, 1), SW.ok);
        await expectStatus(card, Uint8Array.of(0x00, 0xb0, 0x80 | 0x1d, 0, 1), SW.fileNotFound);
      },
    },
    {
      name: 'short-identifier-replaces-current',
      title: 'a short identifier makes another file current than the one that was selected',
      clause: ADDRESS,
      async run(card) {
        await verifyPin(card);
        const first = await readFile(card, 1);
        const authority = await readFile(card, AUTHORITY);
        await expectStatus(card, Uint8Array.of(0x00, 0xa4, 0x02, 0x0c, 2, ...authorityFid(card)), SW.ok);
        await expectStatus(card, Uint8Array.of(0x00, 0xb0, 0x81, 0, 1), SW.ok);
        const { data } = await expectStatus(card, Uint8Array.of(0x00, 0xb0, 0x00, 20, 40), SW.ok);
        expectBytes(data, first.subarray(20, 60), 'bytes 20 to 59 of the first file');
        expectThat(Buffer.compare(first, authority) !== 0, 'two files of different content', 'one content');
      },
    },
    {
      name: 'length-told',
      title: 'the control parameters tell as many bytes as the file has, or as it has room for',
      clause: 'ISO/IEC 7816-4:2020, 7.4.3 (80: number of data bytes in the file)',
      async run(card) {
        const whole = await readFile(card, AUTHORITY);
        const answer = await card.transmit({
          cla: 0,
          ins: 0xa4,
          p1: 0x02,
          p2: 0x04,
          data: authorityFid(card),
          le: 256,
        });
        const { value } = decodeTlv(checkStatus(answer, SW.ok).data);
        const told = decodeTlvs(value).find(({ tag }) => tag === 0x80)?.value ?? new Uint8Array(0);
        const length = told.reduce((sum, byte) => sum * 256 + byte, 0);
        expectThat(length >= whole.length, `${whole.length} bytes at least`, String(length));
      },
    },
    {
      name: 'erase-ends-there',
      title: 'after ERASE BINARY the content ends at its offset',
      applications: PATIENT,
      features: ['files', 'card-authentication', 'secure-messaging'],
      clause: 'ISO/IEC 7816-4:2020, 11.3.7',
      destroys: 'writes the emergency data',
      async run(card) {
        const session = await authenticate(card, 'doctor');
        await session.expectOk(card, commands.eraseBinary, { p1: 0x80 | files.emergency.sfi, p2: 3 });
        await authenticate(card, 'doctor');
        const left = await readFile(card, files.emergency.sfi);
        expectBytes(left, card.issuer.emergency.subarray(0, 3), 'the emergency data');
      },
    },
    {
      name: 'identity-not-for-pharmacy',
      title: 'a pharmacy never reads the patient certificate',
      applications: PATIENT,
      features: ['files', 'card-authentication', 'secure-messaging'],
      clause: `${RULES}: EF.PCert is for the holder and doctors`,
      async run(card) {
        for (const role of ['pharmacy', 'nhi'] as const) {
          await card.select();
          await authenticate(card, role);
          const read = Uint8Array.of(0x00, 0xb0, 0x80 | files.certificate.sfi, 0, 1);
          checkStatus(await card.sendInSession(read), SW.securityStatusNotSatisfied);
        }
      },
    },
    {
      name: 'declaration-by-holder-alone',
      title: "nobody but the holder writes the holder's declaration, and no pharmacy reads it",
      applications: PATIENT,
      features: ['files', 'card-authentication', 'secure-messaging'],
      clause: 'project specification, PUT DATA and GET DATA: HOLDER DECLARATION',
      async run(card) {
        const data = { time: TestIssuer.daysAfterToday(0), organDonation: 1 };
        for (const role of ['doctor', 'staff', 'pharmacy', 'nhi'] as const) {
          await card.select();
          const session = await authenticate(card, role);
          const refused = await session.refusalOf(card, commands.putHolderDeclaration, { data });
          checkStatus(refused, SW.securityStatusNotSatisfied, SW.secureMessagingNotSupported);
          if (role === 'doctor' || role === 'staff') continue;
          const other = await authenticate(card, role);
          const answer = await other.refusalOf(card, commands.getHolderDeclaration, {});
          checkStatus(answer, SW.securityStatusNotSatisfied);
        }
      },
    },
    {
      name: 'record-number-beyond-127',
      title: 'a record number above 127 that no record has is not found; it is no wrong parameter',
      applications: PATIENT,
      features: ['records', 'pin'],
      clause: 'ISO/IEC 7816-4:2020, 7.3.4: record numbers 1 to 254; 5.6 (6A83)',
      async run(card) {
        await verifyPin(card);
        const read = Uint8Array.of(0x00, 0xb2, 200, (files.log.sfi << 3) | 4, 0);
        await expectStatus(card, read, SW.recordNotFound);
      },
    },
  ],
);
