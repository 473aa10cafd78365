/** Command APDUs of cases 1 to 4 and what is wrong with their lengths (ISO/IEC 7816-3, 12.1; 7816-4, 5.2). */

import { concatBytes, fromHex, SW } from '../../apdu/index.js';
import { BOTH, caseFamily, PATIENT } from '../case.js';
import { checkStatus, expectStatus, expectThat } from '../checks.js';
import type { TestCard } from '../test-card.js';

const CASE_CLAUSE = 'ISO/IEC 7816-3:2006, 12.1.2';
const LENGTH_CLAUSE = 'ISO/IEC 7816-4:2020, 5.2; 5.6 (6700)';

/** SELECT of the application under test, from its P2 on. */
function selectWith(card: TestCard, p2: string, le: string, lc?: string): Uint8Array {
  const { aid } = card.spec;
  const length = lc ?? (aid.length / 2).toString(16).padStart(2, '0');
  return fromHex(`00a404${p2}${length}${aid}${le}`);
}

export const APDU_CASES = caseFamily(
  { category: 'apdu', applications: BOTH, fixture: 'any', features: ['selection'], clause: CASE_CLAUSE },
  [
    {
      name: 'case-1-header-alone',
      title: 'a header alone is a command: VERIFY without data asks for the tries left',
      clause: 'ISO/IEC 7816-3:2006, 12.1.2; 7816-4:2020, 11.5.6',
      fixture: 'operational',
      features: ['pin'],
      async run(card) {
        const { data } = await expectStatus(card, '00200081', SW.counter);
        expectThat(data.length === 0, 'no data', `${data.length} bytes`);
      },
    },
    {
      name: 'case-2-le-exact',
      title: 'Le that is the length of the answer is answered with it',
      applications: PATIENT,
      async run(card) {
        const { data } = await expectStatus(card, '0084000010', SW.ok);
        expectThat(data.length === 16, '16 bytes', `${data.length} bytes`);
      },
    },
    {
      name: 'case-2-le-zero',
      title: 'Le = 00 asks for up to 256 bytes',
      applications: PATIENT,
      async run(card) {
        const response = await card.send('0084000000');
        // T=0 cards may say the exact length first
        checkStatus(response, SW.ok, 0x6c10);
        const length = response.sw === SW.ok.sw ? 16 : 0;
        expectThat(response.data.length === length, `${length} bytes`, `${response.data.length} bytes`);
      },
    },
    {
      name: 'case-2-le-shorter',
      title: 'never more bytes than Le are answered',
      applications: PATIENT,
      clause: 'ISO/IEC 7816-3:2006, 12.1.1: Ne is the maximum',
      async run(card) {
        const response = await card.send('0084000004');
        checkStatus(response, SW.ok, SW.bytesAvailable, SW.wrongLength, SW.wrongLe);
        expectThat(response.data.length <= 4, 'at most 4 bytes', `${response.data.length} bytes`);
      },
    },
    {
      name: 'case-3-data-alone',
      title: 'command data without Le: the status word alone is answered',
      async run(card) {
        const { data } = await expectStatus(card, selectWith(card, '0c', ''), SW.ok);
        expectThat(data.length === 0, 'no data', `${data.length} bytes`);
      },
    },
    {
      name: 'case-3-answer-not-asked-for',
      title: 'without Le no data come, though there would be some',
      clause: 'ISO/IEC 7816-3:2006, 12.1.1; 7816-4:2020, 5.3.4',
      async run(card) {
        const response = await card.send(selectWith(card, '00', ''));
        checkStatus(response, SW.ok, SW.bytesAvailable);
        expectThat(response.data.length === 0, 'no data', `${response.data.length} bytes`);
      },
    },
    {
      name: 'case-4-data-and-le',
      title: 'command data with Le are answered with data',
      async run(card) {
        const { data } = await expectStatus(card, selectWith(card, '00', '00'), SW.ok, SW.bytesAvailable);
        expectThat(data.length > 0 && data.length <= 256, '1 to 256 bytes', `${data.length} bytes`);
      },
    },
    {
      name: 'case-4-longest-short',
      title: '255 bytes of data and Le: the longest short command is taken whole',
      applications: PATIENT,
      fixture: 'blank',
      clause: 'ISO/IEC 7816-3:2006, 12.1.3',
      async run(card) {
        await expectStatus(card, '002241b603800101', SW.ok);
        const command = concatBytes(fromHex('002a9e9aff'), new Uint8Array(255).fill(0x5a), Uint8Array.of(0));
        await expectStatus(card, command, SW.incorrectData);
      },
    },
    {
      name: 'lc-beyond-body',
      title: 'Lc greater than the data that follow is refused',
      clause: LENGTH_CLAUSE,
      async run(card) {
        await expectStatus(card, selectWith(card, '0c', '', '10'), SW.wrongLength);
      },
    },
    {
      name: 'lc-short-of-body',
      title: 'bytes after data and Le are refused',
      clause: LENGTH_CLAUSE,
      async run(card) {
        await expectStatus(card, selectWith(card, '0c', '', '03'), SW.wrongLength);
      },
    },
    {
      name: 'lc-zero-in-two-bytes',
      title: 'a body of two bytes that begins with 00 is neither short nor extended',
      clause: LENGTH_CLAUSE,
      async run(card) {
        await expectStatus(card, '00a4040c0000', SW.wrongLength);
      },
    },
    {
      name: 'refused-length-changes-nothing',
      title: 'a command of wrong length leaves the selection as it is',
      clause: LENGTH_CLAUSE,
      async run(card) {
        await expectStatus(card, '00a4040cff00', SW.wrongLength);
        await expectStatus(card, '00200081', SW.counter, SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'extended-case-2',
      title: 'extended Le is understood, or refused as a length the card does not take',
      applications: PATIENT,
      features: ['extended-length'],
      clause: 'ISO/IEC 7816-3:2006, 12.1.3; 7816-4:2020, 5.2',
      async run(card) {
        const response = await card.send('00840000000010');
        checkStatus(response, SW.ok, SW.wrongLength);
        const length = response.sw === SW.ok.sw ? 16 : 0;
        expectThat(response.data.length === length, `${length} bytes`, `${response.data.length} bytes`);
      },
    },
    {
      name: 'extended-case-3',
      title: 'extended Lc is understood, or refused as a length the card does not take',
      features: ['extended-length'],
      clause: 'ISO/IEC 7816-3:2006, 12.1.3; 7816-4:2020, 5.2',
      async run(card) {
        await expectStatus(card, selectWith(card, '0c', '', '000006'), SW.ok, SW.wrongLength);
      },
    },
    {
      name: 'extended-case-4',
      title: 'extended Lc and Le are understood, or refused as lengths the card does not take',
      features: ['extended-length'],
      clause: 'ISO/IEC 7816-3:2006, 12.1.3; 7816-4:2020, 5.2',
      async run(card) {
        await expectStatus(card, selectWith(card, '00', '0000', '000006'), SW.ok, SW.wrongLength);
      },
    },
    {
      name: 'extended-lc-beyond-body',
      title: 'extended Lc greater than the data is refused',
      clause: LENGTH_CLAUSE,
      async run(card) {
        await expectStatus(card, selectWith(card, '0c', '', '000100'), SW.wrongLength);
      },
    },
    {
      name: 'card-lives-after-nonsense',
      title: 'after malformed commands the next good one works',
      clause: 'ISO/IEC 7816-4:2020, 5.2',
      async run(card) {
        for (const command of ['00000000', 'ffffffff', '00a404ff00ff', '00b00000000000', '0020008100ff']) {
          const { sw } = await card.send(command);
          expectThat(sw >> 8 === 0x67 || sw >= 0x6800, 'a checking error', sw.toString(16));
        }
        await expectStatus(card, selectWith(card, '0c', ''), SW.ok);
      },
    },
  ],
);
