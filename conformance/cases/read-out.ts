/** The read-out as public readers of the Taiwanese health-insurance card ask for it. */

import { READ_OUT_APPLICATION, READ_OUT_BYTES, SW } from '../../apdu/index.js';
import { caseFamily, PATIENT } from '../case.js';
import { checkStatus, expectBytes, expectStatus, expectThat } from '../checks.js';
import { READ_OUT } from '../issuer/log-in.js';
import { ask, selectNamed } from './log-in-steps.js';

const NAME = READ_OUT_APPLICATION.aid.toLowerCase();
const ASKED = '00ca1100020000';
const CLAUSE = 'project, the command of public readers of the Taiwanese health-insurance card';

export const READ_OUT_CASES = caseFamily(
  {
    category: 'interoperability',
    applications: PATIENT,
    fixture: 'operational',
    features: ['read-out'],
    clause: CLAUSE,
  },
  [
    {
      name: 'read-out-without-le',
      title: 'the 57 bytes that were stored come without Le; over T=0 they are announced by 6139',
      clause: `${CLAUSE}; ISO/IEC 7816-3:2006, 12.2.1 (case 4 over T=0)`,
      async run(card) {
        await selectNamed(card, NAME);
        const first = await card.send(ASKED);
        if (card.isOverT0) {
          checkStatus(first, 0x6100 | READ_OUT_BYTES);
          const { data } = await expectStatus(card, Uint8Array.of(0, 0xc0, 0, 0, READ_OUT_BYTES), SW.ok);
          expectBytes(data, READ_OUT, 'data of the cardholder');
          return;
        }
        expectBytes(checkStatus(first, SW.ok).data, READ_OUT, 'data of the cardholder');
      },
    },
    {
      name: 'read-out-with-le',
      title: 'with an Le they come as well, and before any PIN',
      clause: `${CLAUSE}; ISO/IEC 7816-4:2020, 5.3.2`,
      async run(card) {
        await selectNamed(card, NAME);
        const { data } = checkStatus(await ask(card, `${ASKED}00`), SW.ok);
        expectBytes(data, READ_OUT, 'data of the cardholder');
        const again = checkStatus(await ask(card, `${ASKED}39`), SW.ok);
        expectBytes(again.data, READ_OUT, 'data of the cardholder');
      },
    },
    {
      name: 'read-out-other-questions',
      title: 'other data, another length or another object is refused and answers nothing',
      clause: `${CLAUSE}; ISO/IEC 7816-4:2020, 5.6 (6A80, 6700, 6A88)`,
      async run(card) {
        await selectNamed(card, NAME);
        for (const question of ['00ca1100020001', '00ca1100020100']) {
          checkStatus(await card.send(question), SW.incorrectData);
        }
        for (const question of ['00ca11000100', '00ca110003000000']) {
          checkStatus(await card.send(question), SW.wrongLength, SW.incorrectData);
        }
        for (const question of ['00ca1200020000', '00ca1101020000']) {
          checkStatus(await card.send(question), SW.referenceDataNotFound, SW.incorrectP1P2);
        }
      },
    },
    {
      name: 'read-out-of-its-application',
      title: "the card's own application knows no such object",
      clause: `${CLAUSE}; ISO/IEC 7816-4:2020, 5.6 (6A88)`,
      async run(card) {
        const { data, sw } = await card.send(ASKED);
        expectThat(data.length === 0 && sw !== SW.ok.sw, 'a refusal', sw.toString(16));
        checkStatus({ data, sw }, SW.referenceDataNotFound, SW.incorrectP1P2);
      },
    },
    {
      name: 'read-out-outlives-power',
      title: 'the same bytes come after the power was away',
      async run(card) {
        await card.powerCycle();
        await selectNamed(card, NAME);
        const { data } = checkStatus(await ask(card, `${ASKED}00`), SW.ok);
        expectBytes(data, READ_OUT, 'data of the cardholder');
      },
    },
  ],
);
