/** The professional card as the engine of secure messaging for its terminal (ISO/IEC 7816-8, 11.2; 7816-4, clause 10). */

import { leToBytes, PATIENT_APPLICATION, PROFESSIONAL_APPLICATION, SW } from '../../apdu/index.js';
import { caseFamily, PROFESSIONAL } from '../case.js';
import { expectBytes, expectDifferent, expectOk, expectRefusal, expectThat } from '../checks.js';
import type { CardSession } from '../issuer/card-session.js';
import { openHolderSession } from '../issuer/holder-peer.js';
import type { TestCard } from '../test-card.js';
import { verifyPin } from './steps.js';

const { protectCommand, openResponse } = PROFESSIONAL_APPLICATION.commands;
const EXTERNAL = 'ISO/IEC 7816-4:2020, 11.5.4';
const MESSAGING = 'ISO/IEC 7816-4:2020, 10.2; 7816-8:2019, 11.2';
const PUT_DATA_HEADER = Uint8Array.of(0x0c, PATIENT_APPLICATION.commands.putVisitRecord.ins, 0x3f, 0xff);

/** What needs a session is refused: none is open. */
export async function expectNoSession(card: TestCard): Promise<void> {
  const data = { header: PUT_DATA_HEADER, plain: Uint8Array.of(0x00) };
  await expectRefusal(card, protectCommand, { data }, SW.conditionsNotSatisfied);
}

/** The card protects a command, and the patient's card would take it. */
async function expectProtected(
  card: TestCard,
  session: CardSession,
  plain: Uint8Array,
  le: number | undefined,
): Promise<void> {
  const data = {
    header: PUT_DATA_HEADER,
    ...(plain.length === 0 ? {} : { plain }),
    ...(le === undefined ? {} : { le: leToBytes(le) }),
  };
  const taken = session.takeCommand(PUT_DATA_HEADER, await expectOk(card, protectCommand, { data }));
  expectBytes(taken.plain, plain, 'the plain command');
  expectThat(taken.le === le, `Le ${le}`, `${taken.le}`);
}

export const SESSION_ENGINE_CASES = caseFamily(
  {
    category: 'professional',
    applications: PROFESSIONAL,
    fixture: 'operational',
    features: ['card-authentication', 'secure-messaging'],
    clause: MESSAGING,
  },
  [
    {
      name: 'session',
      title:
        'after EXTERNAL AUTHENTICATE both ends hold the same session keys: commands of every length are protected',
      clause: `${EXTERNAL}; ${MESSAGING}`,
      async run(card) {
        await verifyPin(card);
        const session = await openHolderSession(card);
        for (const length of [0, 1, 15, 16, 17, 254, 255, 256, 600]) {
          const plain = card.random.bytes(length);
          for (const le of [undefined, 1, 256, 65536]) await expectProtected(card, session, plain, le);
        }
      },
    },
    {
      name: 'commands-differ',
      title: 'the same command twice gives two cryptograms and two checksums',
      clause: `${MESSAGING}: initial value and send sequence counter`,
      async run(card) {
        await verifyPin(card);
        await openHolderSession(card);
        const data = { header: PUT_DATA_HEADER, plain: card.random.bytes(32) };
        const first = await expectOk(card, protectCommand, { data });
        const second = await expectOk(card, protectCommand, { data });
        expectDifferent(first.subarray(0, 40), second.subarray(0, 40), 'cryptograms');
        expectDifferent(first.subarray(-8), second.subarray(-8), 'checksums');
      },
    },
    {
      name: 'answer-opened',
      title: 'the protected answer of the patient card is checked, counted and decrypted',
      clause: MESSAGING,
      async run(card) {
        await verifyPin(card);
        const session = await openHolderSession(card);
        for (const length of [0, 1, 16, 255, 256, 600]) {
          await expectProtected(card, session, card.random.bytes(20), 256);
          const plain = card.random.bytes(length);
          const sw = length === 0 ? SW.conditionsNotSatisfied.sw : SW.ok.sw;
          const opened = await expectOk(card, openResponse, { data: session.answerData(plain, sw) });
          expectThat(opened.status === sw, 'the status inside', opened.status.toString(16));
          expectBytes(opened.plain ?? new Uint8Array(0), plain, 'the plain answer');
        }
      },
    },
    {
      name: 'wrong-answer-ends-session',
      title: 'every changed part of the protected answer is noticed and ends the session',
      clause: `${MESSAGING}; ISO/IEC 7816-4:2020, 5.6 (6988)`,
      async run(card) {
        await verifyPin(card);
        // padding indicator, cryptogram, status, checksum
        for (const at of [2, 3, 18, 22, -1, -8]) {
          const session = await openHolderSession(card);
          const data = session.answerData(card.random.bytes(15), SW.ok.sw);
          data[at < 0 ? data.length + at : at]! ^= 0x01;
          await expectRefusal(card, openResponse, { data }, SW.secureMessagingIncorrect);
          await expectNoSession(card);
        }
      },
    },
    {
      name: 'unprotected-answer',
      title: 'an answer without its checksum, or without anything, ends the session',
      clause: `${MESSAGING}; ISO/IEC 7816-4:2020, 5.6 (6988)`,
      async run(card) {
        await verifyPin(card);
        for (const length of [4, 1]) {
          const session = await openHolderSession(card);
          const data = session.answerData(new Uint8Array(0), SW.ok.sw).subarray(0, length);
          await expectRefusal(card, openResponse, { data }, SW.secureMessagingIncorrect);
          await expectNoSession(card);
        }
      },
    },
    {
      name: 'answer-replayed',
      title: 'the same answer again has a wrong checksum',
      clause: `${MESSAGING}; ISO/IEC 7816-4:2020, 10.2.3.1`,
      async run(card) {
        await verifyPin(card);
        const session = await openHolderSession(card);
        const data = session.answerData(card.random.bytes(5), SW.ok.sw);
        await expectOk(card, openResponse, { data });
        await expectRefusal(card, openResponse, { data }, SW.secureMessagingIncorrect);
      },
    },
    {
      name: 'nothing-protected-without-session',
      title: 'without a session no command is protected and no answer opened',
      clause: `${MESSAGING}; ISO/IEC 7816-4:2020, 5.6 (6985)`,
      async run(card) {
        await verifyPin(card);
        await expectNoSession(card);
        const data = card.random.bytes(14);
        await expectRefusal(card, openResponse, { data }, SW.conditionsNotSatisfied);
      },
    },
  ],
);
