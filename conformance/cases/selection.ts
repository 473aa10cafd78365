/** SELECT: applications by name, files by identifier, control information (ISO/IEC 7816-4, 11.2.2). */

import {
  type ApplicationSpec,
  decodeTlv,
  decodeTlvs,
  encodeCommandApdu,
  type FileSpec,
  fromHex,
  SW,
  type Tlv,
  toHex,
  uintToBytes,
} from '../../apdu/index.js';
import { BOTH, caseFamily } from '../case.js';
import { CheckFailure, checkStatus, expectBytes, expectStatus, expectThat } from '../checks.js';
import type { TestCard } from '../test-card.js';
import { verifyPin } from './steps.js';

const SELECT_CLAUSE = 'ISO/IEC 7816-4:2020, 11.2.2';
const FCP_CLAUSE = 'ISO/IEC 7816-4:2020, 7.4.3';

function select(p1: number, p2: number, data: Uint8Array, le?: number): Uint8Array {
  return encodeCommandApdu({ cla: 0x00, ins: 0xa4, p1, p2, data, le });
}

function byName(card: TestCard, p2: number, le?: number): Uint8Array {
  return select(0x04, p2, fromHex(card.spec.aid), le);
}

/** The members of the template that the answer is. */
function members(data: Uint8Array, tag: number): readonly Tlv[] {
  const outer = decodeTlv(data);
  expectThat(outer.tag === tag, `a template ${tag.toString(16)}`, `tag ${outer.tag.toString(16)}`);
  return decodeTlvs(outer.value);
}

function member(objects: readonly Tlv[], tag: number): Uint8Array {
  const found = objects.find((object) => object.tag === tag);
  if (!found) {
    throw new CheckFailure(
      `data object ${tag.toString(16)}`,
      objects.map((object) => object.tag.toString(16)).join(' ') || 'none',
    );
  }
  return found.value;
}

/** Current DF still selected: its PIN can be asked for its tries. */
async function expectSelected(card: TestCard): Promise<void> {
  await expectStatus(card, '00200081', SW.counter);
}

function files(spec: ApplicationSpec): readonly FileSpec[] {
  return Object.values(spec.files);
}

/** First byte of the file descriptor (7.4.5, table 12), shareable bit aside. */
const DESCRIPTOR: Readonly<Record<FileSpec['structure'], number>> = {
  transparent: 0x01,
  'linear-fixed': 0x02,
  'linear-variable': 0x04,
  cyclic: 0x06,
};

export const SELECTION_CASES = caseFamily(
  {
    category: 'selection',
    applications: BOTH,
    fixture: 'operational',
    features: ['selection'],
    clause: SELECT_CLAUSE,
  },
  [
    {
      name: 'by-full-name',
      title: 'the full application identifier selects',
      async run(card) {
        await expectStatus(card, byName(card, 0x0c), SW.ok);
        await expectSelected(card);
      },
    },
    {
      name: 'by-partial-name',
      title: 'the first five bytes of the identifier select, as the ATR promises',
      clause: 'ISO/IEC 7816-4:2020, 11.2.2; 12.1.1.9 (selection by partial DF name)',
      async run(card) {
        await card.reset();
        await expectStatus(card, select(0x04, 0x0c, fromHex(card.spec.aid).subarray(0, 5)), SW.ok);
        await expectSelected(card);
      },
    },
    {
      name: 'unknown-name',
      title: 'an unknown identifier is not found and the current application stays selected',
      async run(card) {
        await expectStatus(card, '00a4040c07a0000000031010', SW.fileNotFound);
        await expectSelected(card);
      },
    },
    {
      name: 'name-with-more',
      title: 'the identifier with a byte more is another identifier',
      async run(card) {
        await expectStatus(card, select(0x04, 0x0c, fromHex(`${card.spec.aid}00`)), SW.fileNotFound);
      },
    },
    {
      name: 'last-byte-differs',
      title: 'an identifier that differs in its last byte is not found',
      async run(card) {
        const aid = fromHex(card.spec.aid);
        aid[aid.length - 1]! ^= 0x80;
        await expectStatus(card, select(0x04, 0x0c, aid), SW.fileNotFound);
      },
    },
    {
      name: 'name-too-long',
      title: 'an identifier of 17 bytes is refused',
      clause: 'ISO/IEC 7816-4:2020, 12.3.4: 5 to 16 bytes',
      async run(card) {
        const command = select(0x04, 0x0c, new Uint8Array(17).fill(0xf0));
        await expectStatus(card, command, SW.wrongLength, SW.incorrectData, SW.fileNotFound, 0x6a87);
      },
    },
    {
      name: 'nothing-after-failed-first-selection',
      title: 'after a reset a failed selection gives access to nothing',
      async run(card) {
        await card.reset();
        await expectStatus(card, '00a4040c07a0000000031010', SW.fileNotFound);
        const { sw } = await card.send('00b0820000');
        expectThat(sw >= 0x6800, 'a checking error', toHex(uintToBytes(sw, 2)));
      },
    },
    {
      name: 'fci',
      title: 'P2 = 00 answers file control information with the name and the life-cycle status',
      clause: 'ISO/IEC 7816-4:2020, 11.2.2; 7.4.3 (6F); 7.4.10',
      async run(card) {
        const { data } = await expectStatus(card, byName(card, 0x00, 256), SW.ok);
        const objects = members(data, 0x6f);
        expectBytes(member(objects, 0x84), fromHex(card.spec.aid), 'the full application identifier');
        expectThat((member(objects, 0x8a)[0]! & 0xfd) === 0x05, 'status operational, activated', 'another');
      },
    },
    {
      name: 'fci-after-partial-name',
      title: 'selection by a part of the name answers the whole name',
      clause: 'ISO/IEC 7816-4:2020, 11.2.2: 84 holds the full DF name',
      async run(card) {
        const { data } = await expectStatus(
          card,
          select(0x04, 0x00, fromHex(card.spec.aid).subarray(0, 5), 256),
          SW.ok,
        );
        expectBytes(member(members(data, 0x6f), 0x84), fromHex(card.spec.aid), 'the full identifier');
      },
    },
    {
      name: 'fcp',
      title: 'P2 = 04 answers file control parameters',
      clause: FCP_CLAUSE,
      async run(card) {
        const { data } = await expectStatus(card, byName(card, 0x04, 256), SW.ok);
        members(data, 0x62);
      },
    },
    {
      name: 'no-answer-wanted',
      title: 'P2 = 0C answers nothing even with Le',
      async run(card) {
        const response = await card.send(byName(card, 0x0c, 256));
        checkStatus(response, SW.ok, SW.wrongLength);
        expectThat(response.data.length === 0, 'no data', `${response.data.length} bytes`);
      },
    },
    {
      name: 'reserved-answer',
      title: 'values of P2 that the card does not offer are refused',
      async run(card) {
        for (const p2 of [0x08, 0x10, 0x80, 0xff]) {
          await expectStatus(
            card,
            byName(card, p2),
            SW.incorrectP1P2,
            SW.functionNotSupported,
            SW.incorrectData,
          );
        }
        await expectSelected(card);
      },
    },
    {
      name: 'next-occurrence',
      title: 'there is no next application of the same name',
      async run(card) {
        await expectStatus(
          card,
          byName(card, 0x0e),
          SW.incorrectP1P2,
          SW.functionNotSupported,
          SW.fileNotFound,
        );
      },
    },
    {
      name: 'file-by-identifier',
      title: 'every file is selected by its identifier and answers it with structure and short identifier',
      clause: 'ISO/IEC 7816-4:2020, 11.2.2; 7.4.3; 7.4.5',
      features: ['files'],
      async run(card) {
        for (const file of files(card.spec)) {
          const fid = uintToBytes(file.fid, 2);
          const { data } = await expectStatus(card, select(0x02, 0x04, fid, 256), SW.ok);
          const objects = members(data, 0x62);
          expectBytes(member(objects, 0x83), fid, 'the file identifier');
          const structure = member(objects, 0x82)[0]! & 0x3f;
          const expected = DESCRIPTOR[file.structure];
          expectThat(structure === expected, `structure ${expected}`, `structure ${structure}`);
          expectBytes(member(objects, 0x88), Uint8Array.of(file.sfi << 3), 'the short EF identifier');
        }
      },
    },
    {
      name: 'file-without-answer',
      title: 'a file is selected without an answer when none is wanted',
      features: ['files'],
      async run(card) {
        const fid = uintToBytes(files(card.spec)[0]!.fid, 2);
        const { data } = await expectStatus(card, select(0x00, 0x0c, fid), SW.ok);
        expectThat(data.length === 0, 'no data', `${data.length} bytes`);
      },
    },
    {
      name: 'unknown-file',
      title: 'an unknown file identifier is not found and the current file stays',
      features: ['files'],
      async run(card) {
        await verifyPin(card);
        await expectStatus(card, select(0x02, 0x0c, uintToBytes(files(card.spec)[0]!.fid, 2)), SW.ok);
        await expectStatus(card, '00a4020c027ffe', SW.fileNotFound);
        await expectStatus(card, '00b0000001', SW.ok, SW.bytesAvailable);
      },
    },
    {
      name: 'no-file-after-selection',
      title: 'selecting the application leaves no current file',
      clause: 'ISO/IEC 7816-4:2020, 7.3.3; 5.6 (6986)',
      features: ['files'],
      async run(card) {
        await verifyPin(card);
        await expectStatus(card, select(0x02, 0x0c, uintToBytes(files(card.spec)[0]!.fid, 2)), SW.ok);
        await card.select();
        await verifyPin(card);
        await expectStatus(card, '00b0000000', SW.noCurrentFile);
      },
    },
    {
      name: 'selection-is-lost-on-reset',
      title: 'after a reset no application is selected',
      clause: 'ISO/IEC 7816-4:2020, 11.2.1: after the answer to reset only what is selected implicitly',
      async run(card) {
        await card.reset();
        const { sw } = await card.send('00200081');
        expectThat(sw >= 0x6800, 'a checking error', toHex(uintToBytes(sw, 2)));
      },
    },
  ],
);
