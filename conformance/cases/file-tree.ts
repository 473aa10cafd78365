/** The file tree: master file, EF.DIR, EF.ATR/INFO, selection by path, DF and parent (ISO/IEC 7816-4, 7.3 and 11.2.2). */

import {
  CARD_CAPABILITIES,
  decodeTlvs,
  directoryContent,
  encodeCommandApdu,
  type FileSpec,
  fromHex,
  MASTER_FILE,
  SW,
  toHex,
  uintToBytes,
} from '../../apdu/index.js';
import { BOTH, caseFamily } from '../case.js';
import { checkStatus, expectBytes, expectStatus, expectThat } from '../checks.js';
import type { TestCard } from '../test-card.js';
import { contains, present, readFile, verifyPin } from './steps.js';

const CLAUSE = 'ISO/IEC 7816-4:2020, 11.2.2';
const { directory, information } = MASTER_FILE.files;
const MF = uintToBytes(MASTER_FILE.fid, 2);
const NOTHING = 0x0c;
const FCP = 0x04;

function select(p1: number, p2: number, data: Uint8Array, le?: number): Uint8Array {
  return encodeCommandApdu({ cla: 0x00, ins: 0xa4, p1, p2, data, le });
}

function identifier(file: { readonly fid: number }): Uint8Array {
  return uintToBytes(file.fid, 2);
}

/** Identifiers one after the other. */
function path(...files: readonly { readonly fid: number }[]): Uint8Array {
  return Uint8Array.from(files.flatMap((file) => [...identifier(file)]));
}

/** The certificate of either card, which stands in short identifier 1. */
function certificate(card: TestCard): FileSpec {
  return present(
    Object.values(card.spec.files).find((file) => file.sfi === 1),
    'a file with short EF identifier 1',
  );
}

/** The identifier in the answer to a SELECT that asks for control parameters. */
async function selectedIdentifier(card: TestCard, command: Uint8Array): Promise<Uint8Array> {
  const { data } = await expectStatus(card, command, SW.ok);
  const [template] = decodeTlvs(data);
  const member = decodeTlvs(present(template, 'a template').value).find(({ tag }) => tag === 0x83);
  return present(member, 'data object 83').value;
}

/** The application is the current DF: its PIN can be asked for its tries. */
async function expectApplication(card: TestCard): Promise<void> {
  await expectStatus(card, '00200081', SW.counter);
}

/** EF.DIR names the application under test, as it is, and whatever others there are. */
function expectNamed(card: TestCard, content: Uint8Array): void {
  const template = directoryContent([card.spec]);
  expectThat(contains(content, template), `EF.DIR with ${toHex(template)}`, toHex(content));
}

/** The master file is the current DF: EF.DIR is found under it. */
async function expectMasterFile(card: TestCard): Promise<void> {
  await expectStatus(card, select(0x02, NOTHING, identifier(directory)), SW.ok);
}

export const FILE_TREE_CASES = caseFamily(
  { category: 'selection', applications: BOTH, fixture: 'operational', features: ['files'], clause: CLAUSE },
  [
    {
      name: 'directory-before-any-application',
      title: 'after a reset EF.DIR is read by its short identifier 30 and names the application',
      clause: 'ISO/IEC 7816-4:2020, 12.3.2; 7.3.3: the master file is selected after the answer to reset',
      async run(card) {
        await card.reset();
        const content = await readFile(card, directory.sfi);
        expectNamed(card, content);
        const name = decodeTlvs(decodeTlvs(content)[0]!.value).find(({ tag }) => tag === 0x4f);
        await expectStatus(card, select(0x04, NOTHING, present(name, 'data object 4F').value), SW.ok);
        await expectApplication(card);
      },
    },
    {
      name: 'information-before-any-application',
      title: 'after a reset EF.ATR/INFO is read and repeats the capabilities of the ATR',
      clause: 'ISO/IEC 7816-4:2020, 12.2.2; 12.2.1.9',
      async run(card) {
        await card.reset();
        await expectStatus(card, select(0x02, NOTHING, identifier(information)), SW.ok);
        const { data } = await expectStatus(card, '00b0000000', SW.ok, SW.endOfFile);
        const capabilities = present(
          decodeTlvs(data).find(({ tag }) => tag === 0x43),
          'data object 43',
        ).value;
        expectBytes(capabilities, CARD_CAPABILITIES, 'the capabilities of the historical bytes');
      },
    },
    {
      name: 'directory-probe',
      title: 'EF.DIR is selected and read as generic middleware does it',
      async run(card) {
        await card.reset();
        await expectStatus(card, '00a4020c022f00', SW.ok);
        const { data } = await expectStatus(card, '00b0000000', SW.ok, SW.endOfFile);
        expectNamed(card, data);
      },
    },
    {
      name: 'directory-has-no-records',
      title: 'EF.DIR is transparent: READ RECORD does not read it',
      clause: 'ISO/IEC 7816-4:2020, 7.4.5; 5.6 (6981)',
      async run(card) {
        await card.reset();
        await expectStatus(
          card,
          '00b201f400',
          SW.incompatibleFile,
          SW.instructionNotSupported,
          SW.fileNotFound,
        );
      },
    },
    {
      name: 'master-file',
      title: 'the master file is selected by 3F00 and by no data, and the application is left',
      async run(card) {
        for (const command of [select(0x00, NOTHING, MF), fromHex('00a4000c')]) {
          await card.select();
          await verifyPin(card);
          await expectStatus(card, command, SW.ok);
          await expectMasterFile(card);
          const { sw } = await card.send('00200081');
          expectThat(sw >= 0x6800, 'no PIN under the master file', sw.toString(16));
          await card.select();
          await expectStatus(card, '00200081', SW.counter);
        }
      },
    },
    {
      name: 'master-file-parameters',
      title: 'the control parameters of the master file carry descriptor 38 and identifier 3F00',
      clause: 'ISO/IEC 7816-4:2020, 7.4.3; 7.4.5',
      async run(card) {
        expectBytes(await selectedIdentifier(card, select(0x00, FCP, MF, 256)), MF, 'the identifier');
        const { data } = await expectStatus(card, select(0x00, 0x00, MF, 256), SW.ok);
        const members = decodeTlvs(decodeTlvs(data)[0]!.value);
        const descriptor = present(
          members.find(({ tag }) => tag === 0x82),
          'data object 82',
        ).value;
        expectThat((descriptor[0]! & 0x3f) === 0x38, 'a DF (38)', descriptor[0]!.toString(16));
      },
    },
    {
      name: 'application-by-identifier',
      title: "the application's DF is selected by its file identifier, as a child and by any",
      async run(card) {
        for (const p1 of [0x00, 0x01]) {
          await card.reset();
          const answer = await selectedIdentifier(card, select(p1, FCP, identifier(card.spec), 256));
          expectBytes(answer, identifier(card.spec), 'the identifier');
          await expectApplication(card);
        }
      },
    },
    {
      name: 'no-directory-below',
      title: 'an application has no DF below it, and an EF is no DF',
      async run(card) {
        await expectStatus(card, select(0x01, NOTHING, identifier(card.spec)), SW.fileNotFound);
        await expectStatus(card, select(0x01, NOTHING, identifier(certificate(card))), SW.fileNotFound);
        await expectApplication(card);
      },
    },
    {
      name: 'parent',
      title: 'the parent of the application is the master file, which has none',
      async run(card) {
        await expectStatus(card, '00a4030c', SW.ok);
        await expectMasterFile(card);
        await expectStatus(card, '00a4030c', SW.fileNotFound);
      },
    },
    {
      name: 'path-from-master-file',
      title: 'a path from the master file leads to a DF and to an EF in it',
      async run(card) {
        await card.reset();
        await expectStatus(card, select(0x08, NOTHING, path(card.spec)), SW.ok);
        await expectApplication(card);
        await card.reset();
        const file = certificate(card);
        const answer = await selectedIdentifier(card, select(0x08, FCP, path(card.spec, file), 256));
        expectBytes(answer, identifier(file), 'the identifier of the EF');
        await expectApplication(card);
      },
    },
    {
      name: 'path-to-directory-file',
      title: 'a path leads from an application to EF.DIR, and the application is left',
      async run(card) {
        await verifyPin(card);
        await expectStatus(card, select(0x08, NOTHING, path(directory)), SW.ok);
        const { data } = await expectStatus(card, '00b0000000', SW.ok, SW.endOfFile);
        expectNamed(card, data);
        await card.select();
        await expectApplication(card);
      },
    },
    {
      name: 'path-within-application',
      title: 'a path to an EF of the current DF keeps what was proven',
      clause: `${CLAUSE}; 9.2: the DF does not change`,
      async run(card) {
        const file = certificate(card);
        for (const command of [
          select(0x09, NOTHING, path(file)),
          select(0x08, NOTHING, path(card.spec, file)),
        ]) {
          await verifyPin(card);
          await expectStatus(card, command, SW.ok);
          await expectStatus(card, '00b0000001', SW.ok, SW.bytesAvailable);
          await expectStatus(card, '00200081', SW.ok);
        }
      },
    },
    {
      name: 'path-into-nothing',
      title: 'a path that leads nowhere changes nothing',
      async run(card) {
        await verifyPin(card);
        const file = certificate(card);
        for (const data of [
          path(file, directory),
          path(card.spec, directory),
          path(card.spec, card.spec),
          path(file),
        ]) {
          await expectStatus(card, select(0x08, NOTHING, data), SW.fileNotFound);
        }
        await expectStatus(card, '00200081', SW.ok);
      },
    },
    {
      name: 'path-of-odd-length',
      title: 'a path has two bytes for each file',
      clause: 'ISO/IEC 7816-4:2020, 7.3.1; 5.6 (6700, 6A87)',
      async run(card) {
        await expectStatus(
          card,
          '00a4080c03df0101',
          SW.wrongLength,
          SW.incorrectData,
          0x6a87,
          SW.fileNotFound,
        );
        await expectStatus(
          card,
          '00a4000c033f0000',
          SW.wrongLength,
          SW.incorrectData,
          0x6a87,
          SW.fileNotFound,
        );
      },
    },
    {
      name: 'next-after-the-only-one',
      title: 'the next occurrence after the selected application is not found and changes nothing',
      async run(card) {
        await verifyPin(card);
        const part = fromHex(card.spec.aid).subarray(0, 5);
        for (const p2 of [0x02, 0x06, 0x0e]) {
          await expectStatus(card, select(0x04, p2, part), SW.fileNotFound);
        }
        await expectStatus(card, '00200081', SW.ok);
      },
    },
    {
      name: 'every-way-with-and-without-answer',
      title:
        'every way of selecting answers control information for P2 = 00, with size, descriptor, identifier and life cycle for a file, and nothing for P2 = 0C',
      clause: `${CLAUSE}; 7.4.3: 80 or 81 (of a file), 82, 83, 8A`,
      async run(card) {
        const file = certificate(card);
        const name = fromHex(card.spec.aid);
        const ways: readonly (readonly [number, Uint8Array, 'file' | 'directory'])[] = [
          [0x04, name, 'directory'],
          [0x00, identifier(file), 'file'],
          [0x02, identifier(file), 'file'],
          [0x08, path(card.spec, file), 'file'],
          [0x08, path(card.spec), 'directory'],
          [0x09, identifier(file), 'file'],
          [0x03, new Uint8Array(0), 'directory'],
          [0x01, identifier(card.spec), 'directory'],
        ];
        for (const [p1, data, kind] of ways) {
          const [template] = decodeTlvs((await expectStatus(card, select(p1, 0x00, data, 256), SW.ok)).data);
          const { tag, value } = present(template, `control information for P1 = ${p1}`);
          expectThat(tag === 0x6f, 'a template 6F', `tag ${tag.toString(16)}`);
          const tags = decodeTlvs(value).map((object) => object.tag);
          for (const wanted of kind === 'file' ? [0x82, 0x83, 0x8a] : [0x82, 0x8a]) {
            expectThat(tags.includes(wanted), `data object ${wanted.toString(16)}`, `none for P1 = ${p1}`);
          }
          const sized = kind === 'directory' || tags.includes(0x80) || tags.includes(0x81);
          expectThat(sized, 'a size, 80 or 81', `none for P1 = ${p1}`);
          // up and down again: where these lead from is another DF now
          if (p1 === 0x03 || p1 === 0x01) continue;
          const { data: nothing } = await expectStatus(card, select(p1, NOTHING, data), SW.ok);
          expectThat(nothing.length === 0, 'no data', `${nothing.length} bytes for P1 = ${p1}`);
        }
      },
    },
    {
      name: 'next-of-a-file',
      title: 'a next occurrence is offered for names only',
      clause: `${CLAUSE}; 5.6 (6A86)`,
      async run(card) {
        const command = select(0x00, 0x0e, MF);
        await expectStatus(card, command, SW.incorrectP1P2, SW.functionNotSupported);
        await expectApplication(card);
      },
    },
    {
      name: 'management-data-not-offered',
      title: 'file management data (P2 = 08) are not offered',
      clause: `${CLAUSE}; 7.4.3: FMD template 64; 5.6 (6A86)`,
      async run(card) {
        await expectStatus(card, select(0x00, 0x08, MF, 256), SW.incorrectP1P2, SW.functionNotSupported);
      },
    },
    {
      name: 'nothing-else-under-master-file',
      title: "under the master file the application's commands and files are not there",
      clause: 'ISO/IEC 7816-4:2020, 11.2.1; 7.3.3',
      async run(card) {
        await expectStatus(card, select(0x00, NOTHING, MF), SW.ok);
        await expectStatus(card, '00b0820000', SW.fileNotFound);
        await expectStatus(card, select(0x02, NOTHING, identifier(certificate(card))), SW.fileNotFound);
        checkStatus(await card.send('0084000010'), SW.instructionNotSupported, SW.conditionsNotSatisfied);
      },
    },
  ],
);
