/** GET RESPONSE: answers fetched in parts, and what makes the card forget them (ISO/IEC 7816-4, 5.3.4, 11.7.2). */

import {
  concatBytes,
  equalBytes,
  fromHex,
  PATIENT_APPLICATION,
  type ResponseApdu,
  SW,
} from '../../apdu/index.js';
import { BOTH, caseFamily, PATIENT } from '../case.js';
import { checkStatus, expectBytes, expectOk, expectStatus, expectThat } from '../checks.js';
import type { TestCard } from '../test-card.js';
import { verifyPin } from './steps.js';

const CLAUSE = 'ISO/IEC 7816-4:2020, 5.3.4; 11.7.2';

function selectFci(card: TestCard, le: string): Uint8Array {
  const { aid } = card.spec;
  return fromHex(`00a40400${(aid.length / 2).toString(16).padStart(2, '0')}${aid}${le}`);
}

/** SELECT without Le: the file control information waits. Answers its announced length. */
async function announce(card: TestCard): Promise<number> {
  const response = await expectStatus(card, selectFci(card, ''), SW.bytesAvailable);
  return response.sw & 0xff || 256;
}

function fetch(card: TestCard, le: number): Promise<ResponseApdu> {
  return card.send(Uint8Array.of(0x00, 0xc0, 0x00, 0x00, le & 0xff));
}

export const RESPONSE_CASES = caseFamily(
  {
    category: 'response',
    applications: BOTH,
    fixture: 'any',
    features: ['get-response', 'selection'],
    clause: CLAUSE,
  },
  [
    {
      name: 'whole',
      title: 'GET RESPONSE with the announced length fetches the answer',
      async run(card) {
        const { data: expected } = await expectStatus(card, selectFci(card, '00'), SW.ok);
        const length = await announce(card);
        expectThat(length === expected.length, `${expected.length} bytes announced`, `${length}`);
        const { data } = checkStatus(await fetch(card, length), SW.ok);
        expectBytes(data, expected, 'the answer');
      },
    },
    {
      name: 'in-parts',
      title: 'with a smaller Le the rest stays and is announced',
      async run(card) {
        const { data: expected } = await expectStatus(card, selectFci(card, '00'), SW.ok);
        const length = await announce(card);
        const parts: Uint8Array[] = [];
        for (let left = length; left > 0; left -= 4) {
          const part = Math.min(4, left);
          const rest = left - part;
          const response = await fetch(card, part);
          checkStatus(response, rest === 0 ? SW.ok : 0x6100 | rest);
          expectThat(response.data.length === part, `${part} bytes`, `${response.data.length} bytes`);
          parts.push(response.data);
        }
        expectBytes(concatBytes(...parts), expected, 'the answer in parts');
      },
    },
    {
      name: 'more-than-waits',
      title: 'Le beyond what waits answers what there is, or its length',
      async run(card) {
        const length = await announce(card);
        const response = await fetch(card, 0);
        checkStatus(response, SW.ok, 0x6c00 | length, SW.endOfFile);
        const bytes = response.sw >> 8 === 0x6c ? 0 : length;
        expectThat(response.data.length === bytes, `${bytes} bytes`, `${response.data.length} bytes`);
      },
    },
    {
      name: 'short-le-of-a-command',
      title: 'a command with an Le below its answer leaves the rest for GET RESPONSE',
      async run(card) {
        const { data: expected } = await expectStatus(card, selectFci(card, '00'), SW.ok);
        const first = await card.send(selectFci(card, '05'));
        checkStatus(first, SW.bytesAvailable, SW.wrongLe, SW.wrongLength);
        if (first.sw >> 8 !== 0x61) return;
        const { data } = checkStatus(await fetch(card, first.sw & 0xff), SW.ok);
        expectBytes(concatBytes(first.data, data), expected, 'the answer');
      },
    },
    {
      name: 'nothing-waits',
      title: 'GET RESPONSE without an answer that waits is refused',
      async run(card) {
        checkStatus(await fetch(card, 0), SW.conditionsNotSatisfied, SW.instructionNotSupported);
      },
    },
    {
      name: 'only-once',
      title: 'an answer that was fetched is gone',
      async run(card) {
        const length = await announce(card);
        checkStatus(await fetch(card, length), SW.ok);
        checkStatus(await fetch(card, length), SW.conditionsNotSatisfied, SW.instructionNotSupported);
      },
    },
    {
      name: 'lost-by-another-command',
      title: 'any other command makes the card forget the answer that waits',
      async run(card) {
        const length = await announce(card);
        await card.send('00200081');
        checkStatus(await fetch(card, length), SW.conditionsNotSatisfied, SW.instructionNotSupported);
      },
    },
    {
      name: 'lost-by-refused-command',
      title: 'also a command that is refused makes the card forget it',
      async run(card) {
        const length = await announce(card);
        await expectStatus(card, '00fe0000', SW.instructionNotSupported);
        checkStatus(await fetch(card, length), SW.conditionsNotSatisfied, SW.instructionNotSupported);
      },
    },
    {
      name: 'lost-by-refused-class',
      title: 'also a command whose class is refused makes the card forget it',
      async run(card) {
        const length = await announce(card);
        await expectStatus(card, 'ff200081', SW.classNotSupported);
        checkStatus(await fetch(card, length), SW.conditionsNotSatisfied, SW.instructionNotSupported);
      },
    },
    {
      name: 'not-in-a-chain',
      title: 'GET RESPONSE takes no chain',
      clause: 'ISO/IEC 7816-4:2020, 5.3.3; 5.6 (6884)',
      async run(card) {
        await announce(card);
        await expectStatus(card, '10c0000000', SW.chainingNotSupported, SW.classNotSupported);
      },
    },
    {
      name: 'lost-by-reset',
      title: 'a reset makes the card forget it',
      async run(card) {
        const length = await announce(card);
        await card.reset();
        const { sw, data } = await fetch(card, length);
        expectThat(sw >= 0x6800 && data.length === 0, 'a checking error', sw.toString(16));
      },
    },
    {
      name: 'wrong-p1',
      title: 'P1 and P2 other than 00 are refused',
      clause: 'ISO/IEC 7816-4:2020, 11.7.2',
      async run(card) {
        await announce(card);
        await expectStatus(card, '00c0010000', SW.incorrectP1P2, SW.wrongParameters);
      },
    },
    {
      name: 'with-data',
      title: 'GET RESPONSE with command data is refused',
      clause: 'ISO/IEC 7816-4:2020, 11.7.2: no command data',
      async run(card) {
        await announce(card);
        await expectStatus(card, '00c00000010000', SW.wrongLength, SW.incorrectData);
      },
    },
    {
      name: 'beyond-256-bytes',
      title: 'an answer of more than 256 bytes comes whole, in parts of at most 256',
      applications: PATIENT,
      fixture: 'operational',
      features: ['get-response', 'hpke'],
      async run(card) {
        const { manageSecurityEnvironment } = PATIENT_APPLICATION.commands;
        await verifyPin(card);
        await expectOk(card, manageSecurityEnvironment, {
          p2: 'confidentiality',
          data: { algorithm: Uint8Array.of(0x06) },
        });
        // challenge, hospital, purpose, time of eq. 6
        const data = 'df3610000102030405060708090a0b0c0d0e0fdf2303482d31df370101df310468500000';
        let response = await card.send(fromHex(`002a8480${(data.length / 2).toString(16)}${data}00`));
        let length = response.data.length;
        for (let round = 0; response.sw >> 8 === 0x61 && round < 16; round++) {
          response = await fetch(card, response.sw & 0xff);
          expectThat(response.data.length <= 256, 'at most 256 bytes', `${response.data.length} bytes`);
          length += response.data.length;
        }
        checkStatus(response, SW.ok);
        expectThat(length > 256, 'more than 256 bytes', `${length} bytes`);
        expectThat(!equalBytes(response.data, new Uint8Array(response.data.length)), 'data', 'zeros');
      },
    },
  ],
);
