/** Command chaining: links, what interrupts them, and where there is none (ISO/IEC 7816-4, 5.3.3). */

import { CHAINING_CLASS_BIT, encodeCommandApdu, PATIENT_APPLICATION, SW } from '../../apdu/index.js';
import { BOTH, caseFamily } from '../case.js';
import { expectStatus, expectThat } from '../checks.js';
import type { TestCard } from '../test-card.js';

const CLAUSE = 'ISO/IEC 7816-4:2020, 5.3.3';
// the fields used here are declared alike by both applications
const { storeData: STORE_DATA } = PATIENT_APPLICATION.commands;
/** What a card says to a chain that is not the protected command of before. */
const REFUSED = SW.securityStatusNotSatisfied;

/** The data field of a STORE DATA in the secure channel, which is opened for it when it is not open. */
async function storeData(card: TestCard): Promise<Uint8Array> {
  const { keys, pin, puk } = card.issuer;
  const data = { issuerKey: keys.publicKey, pin, puk };
  return (await card.protect(STORE_DATA, { p1: 'more to come', p2: 0, data })).data!;
}

function link(data: Uint8Array, more: boolean, changes: { readonly p2?: number } = {}): Uint8Array {
  const cla = 0x84 | (more ? CHAINING_CLASS_BIT : 0);
  return encodeCommandApdu({ cla, ins: 0xe2, p1: 0x00, p2: changes.p2 ?? 0x00, data });
}

export const CHAINING_CASES = caseFamily(
  {
    category: 'chaining',
    applications: BOTH,
    fixture: 'blank',
    features: ['chaining', 'personalisation'],
    clause: CLAUSE,
  },
  [
    {
      name: 'two-links',
      title: 'data in two links are one command',
      async run(card) {
        const data = await storeData(card);
        const { data: none } = await expectStatus(card, link(data.subarray(0, 20), true), SW.ok);
        expectThat(none.length === 0, 'no data', `${none.length} bytes`);
        await expectStatus(card, link(data.subarray(20), false), SW.ok);
      },
    },
    {
      name: 'a-byte-a-link',
      title: 'data in links of one byte are one command',
      async run(card) {
        const data = await storeData(card);
        for (let i = 0; i < data.length; i++) {
          await expectStatus(card, link(data.subarray(i, i + 1), i < data.length - 1), SW.ok);
        }
      },
    },
    {
      name: 'parts-are-no-command',
      title: 'the second link alone is no command',
      async run(card) {
        await expectStatus(card, link((await storeData(card)).subarray(20), false), REFUSED);
      },
    },
    {
      name: 'interrupted',
      title: 'another command within a chain is refused and the chain is lost',
      clause: `${CLAUSE}; 5.6 (6883)`,
      async run(card) {
        const data = await storeData(card);
        await expectStatus(card, link(data.subarray(0, 20), true), SW.ok);
        await expectStatus(card, '00200081', SW.lastCommandExpected);
        await expectStatus(card, link(data.subarray(20), false), REFUSED);
      },
    },
    {
      name: 'interrupted-and-begun-anew',
      title: 'after an interrupted chain a new one works',
      async run(card) {
        const data = await storeData(card);
        await expectStatus(card, link(data.subarray(0, 20), true), SW.ok);
        await expectStatus(card, '00200081', SW.lastCommandExpected);
        await expectStatus(card, link(data.subarray(0, 9), true), SW.ok);
        await expectStatus(card, link(data.subarray(9), false), SW.ok);
      },
    },
    {
      name: 'interrupted-by-get-response',
      title: 'GET RESPONSE interrupts a chain like any other command',
      clause: `${CLAUSE}; 5.6 (6883)`,
      features: ['chaining', 'personalisation', 'get-response'],
      async run(card) {
        const data = await storeData(card);
        await expectStatus(card, link(data.subarray(0, 20), true), SW.ok);
        await expectStatus(card, '00c0000000', SW.lastCommandExpected);
        await expectStatus(card, link(data.subarray(20), false), REFUSED);
      },
    },
    {
      name: 'other-header',
      title: 'a link with another P2 does not continue the chain',
      clause: `${CLAUSE}: same CLA but for bit 5, INS, P1, P2`,
      async run(card) {
        const data = await storeData(card);
        await expectStatus(card, link(data.subarray(0, 20), true), SW.ok);
        await expectStatus(card, link(data.subarray(20), false, { p2: 0x01 }), SW.lastCommandExpected);
      },
    },
    {
      name: 'lost-by-reset',
      title: 'a reset ends a chain',
      async run(card) {
        const data = await storeData(card);
        await expectStatus(card, link(data.subarray(0, 20), true), SW.ok);
        await card.reset();
        await card.select();
        await expectStatus(card, link(data.subarray(20), false), REFUSED);
      },
    },
    {
      name: 'wrong-data-then-right',
      title: 'a chain whose data are refused leaves nothing behind for the next',
      async run(card) {
        const data = await storeData(card);
        await expectStatus(card, link(data.subarray(0, 20), true), SW.ok);
        await expectStatus(card, link(data.subarray(21), false), REFUSED);
        // the channel is closed with the refusal, and the next one begins anew
        await card.select();
        await expectStatus(card, link(await storeData(card), false), SW.ok);
      },
    },
    {
      name: 'without-end',
      title: 'a chain beyond every buffer is refused, and the card goes on',
      clause: `${CLAUSE}; 5.6 (6700, 6A84)`,
      async run(card) {
        const part = new Uint8Array(255).fill(0x5a);
        let { sw } = await card.send(link(part, true));
        for (let i = 0; sw === SW.ok.sw && i < 300; i++) ({ sw } = await card.send(link(part, true)));
        const refused = [SW.notEnoughMemory.sw, SW.wrongLength.sw].includes(sw);
        expectThat(refused, '6A84 or 6700 for 76,000 bytes', sw.toString(16));
        await expectStatus(card, link(await storeData(card), false), SW.ok);
      },
    },
    {
      name: 'not-declared',
      title: 'a command that takes no chain refuses its first link',
      clause: `${CLAUSE}; 5.6 (6884)`,
      async run(card) {
        await expectStatus(card, '102241b603800101', SW.chainingNotSupported);
        await expectStatus(card, '002241b603800101', SW.ok, SW.referenceDataNotFound);
      },
    },
    {
      name: 'selection-not-chained',
      title: 'SELECT takes no chain',
      clause: `${CLAUSE}; 5.6 (6884)`,
      async run(card) {
        await expectStatus(card, '10a4040c03f0494d', SW.chainingNotSupported, SW.classNotSupported);
        await expectStatus(card, `00a4040c06${card.spec.aid}`, SW.ok);
      },
    },
  ],
);
