/** T=0: answers that wait, 61xx, 6Cxx, GET RESPONSE (ISO/IEC 7816-3:2006, 12.2). */

import { concatBytes, encodeCommandApdu, toHex } from '../../apdu/index.js';
import { expectBytes, expectDifferent, expectThat, NotApplicable } from '../checks.js';
import { t0Exchange, waitingTime } from '../line/t0-line.js';
import {
  expectRefused,
  expectSw,
  expectT0Alive,
  READ_DIRECTORY,
  selectForInformation,
  t0Family,
} from './line-family.js';
import { dateOfPersonalisation } from './steps.js';
import {
  announced,
  draw,
  GET_RESPONSE,
  openChannel,
  openSecureChannel,
  readDirectory,
  t0Drawing,
  withData,
} from './t0-steps.js';

export const T0_ANSWER_CASES = t0Family(
  { category: 't0', features: ['selection'], clause: 'ISO/IEC 7816-3:2006, 12.2.4' },
  [
    {
      name: 'answer-announced',
      title: 'the answer of a command with data waits: 61xx, then GET RESPONSE with xx',
      clause: 'ISO/IEC 7816-3:2006, 12.2.4',
      async run(line) {
        const length = await announced(line);
        const answer = await t0Exchange(line, [...GET_RESPONSE, length & 0xff]);
        expectSw(answer.sw, 0x9000);
        expectThat(answer.data.length === length, `${length} bytes`, `${answer.data.length}`);
      },
    },
    {
      name: 'answer-in-parts',
      title: 'GET RESPONSE with less than xx gives that much and announces the rest',
      clause: 'ISO/IEC 7816-4:2020, 5.3.4; ISO/IEC 7816-3:2006, 12.2.4',
      async run(line) {
        const length = await announced(line);
        const whole = (await t0Exchange(line, [...GET_RESPONSE, length & 0xff])).data;
        await announced(line);
        const parts: Uint8Array[] = [];
        for (let left = length; left > 0; left -= 5) {
          const part = Math.min(5, left);
          const answer = await t0Exchange(line, [...GET_RESPONSE, part]);
          expectSw(answer.sw, left === part ? 0x9000 : 0x6100 | (left - part));
          parts.push(answer.data);
        }
        expectBytes(concatBytes(...parts), whole, 'the answer in parts');
      },
    },
    {
      name: 'answer-of-a-channel',
      title: 'what waits on a logical channel is fetched with the class of that channel',
      clause: 'ISO/IEC 7816-4:2020, 5.3.4; 5.4.2; ISO/IEC 7816-3:2006, 12.2.4',
      async run(line) {
        const channel = await openChannel(line);
        const select = selectForInformation(line);
        const first = await t0Exchange(line, [channel, ...select.subarray(1, 5)], select.subarray(5));
        expectThat(first.sw >> 8 === 0x61, '61xx', first.sw.toString(16));
        const { sw, data } = await t0Exchange(line, [channel, 0xc0, 0x00, 0x00, first.sw & 0xff]);
        expectSw(sw, 0x9000);
        expectThat(data.length === (first.sw & 0xff || 256), 'as many bytes as announced', `${data.length}`);
      },
    },
    {
      name: 'protected-answer-waits',
      title: 'the checksum of an answer in a secure channel waits: 61 08, then GET RESPONSE',
      clause: 'ISO/IEC 7816-3:2006, 12.2.4; GlobalPlatform Amendment D v1.1.2, 6.2.5',
      features: ['selection', 'personalisation'],
      async run(line, card) {
        await expectT0Alive(line);
        const channel = await openSecureChannel(line, card);
        const first = await withData(line, encodeCommandApdu(channel.protect(dateOfPersonalisation())));
        expectSw(first.sw, 0x6108);
        const { data, sw } = await t0Exchange(line, [...GET_RESPONSE, 0x08]);
        channel.open({ data, sw });
        expectSw(sw, 0x9000);
      },
    },
    {
      name: 'too-much-asked',
      title: 'GET RESPONSE for more than waits is told 6Cxx, and the answer still waits',
      clause: 'ISO/IEC 7816-3:2006, 12.2.2',
      async run(line) {
        const length = await announced(line);
        if (length > 254) throw new NotApplicable('the answer is too long to ask for more');
        const wrong = await t0Exchange(line, [...GET_RESPONSE, length + 1]);
        expectSw(wrong.sw, 0x6c00 | length);
        expectThat(wrong.data.length === 0, '6Cxx without data', `${wrong.data.length} bytes`);
        const answer = await t0Exchange(line, [...GET_RESPONSE, length]);
        expectSw(answer.sw, 0x9000);
        expectThat(answer.data.length === length, `${length} bytes`, `${answer.data.length}`);
      },
    },
    {
      name: 'p3-zero-is-256',
      title: 'P3 = 0 of a command that answers stands for 256 and is told 6Cxx where there are less',
      clause: 'ISO/IEC 7816-3:2006, 10.3.2; 12.2.2',
      features: ['selection', 'files'],
      async run(line) {
        const first = await t0Exchange(line, READ_DIRECTORY);
        const told = first.sw >> 8 === 0x6c && first.data.length === 0;
        expectThat(told || first.data.length === 256, '6Cxx, or 256 bytes', `${first.data.length} bytes`);
        expectThat((await readDirectory(line)).length > 0, 'the file', 'nothing');
      },
    },
    {
      name: 'same-after-6c',
      title: 'the command repeated with the length of 6Cxx gives the same answer each time',
      clause: 'ISO/IEC 7816-3:2006, 12.2.2',
      features: ['selection', 'files'],
      async run(line) {
        const one = await readDirectory(line);
        expectBytes(await readDirectory(line), one, 'the file');
      },
    },
    {
      name: 'less-than-there-is',
      title: 'exactly P3 bytes come, no more',
      features: ['selection', 'files'],
      async run(line) {
        const whole = await readDirectory(line);
        const answer = await t0Exchange(line, [...READ_DIRECTORY.subarray(0, 4), 7]);
        expectSw(answer.sw, 0x9000);
        expectBytes(answer.data, whole.slice(0, 7), 'the first 7 bytes');
        await line.expectSilence(waitingTime(line), 'the answer');
      },
    },
    {
      name: 'answer-lost-by-command',
      title: 'another command makes the card forget the answer that waits',
      clause: 'ISO/IEC 7816-4:2020, 5.3.4',
      async run(line) {
        const length = await announced(line);
        await expectT0Alive(line);
        const answer = await t0Exchange(line, [...GET_RESPONSE, length & 0xff]);
        expectThat(answer.data.length === 0, 'no data', `${answer.data.length} bytes`);
      },
    },
    {
      name: 'answer-lost-by-reset',
      title: 'a reset makes the card forget the answer that waits',
      clause: 'ISO/IEC 7816-4:2020, 5.3.4; ISO/IEC 7816-3:2006, 6.2.3',
      async run(line) {
        const length = await announced(line);
        await line.enter('T=0');
        const answer = await t0Exchange(line, [...GET_RESPONSE, length & 0xff]);
        expectThat(answer.data.length === 0, 'no data', `${answer.data.length} bytes`);
      },
    },
    {
      name: 'fetched-once',
      title: 'an answer that was fetched is gone',
      clause: 'ISO/IEC 7816-4:2020, 5.3.4; 11.7.2',
      async run(line) {
        const length = await announced(line);
        expectSw((await t0Exchange(line, [...GET_RESPONSE, length & 0xff])).sw, 0x9000);
        const again = await t0Exchange(line, [...GET_RESPONSE, length & 0xff]);
        expectThat(again.data.length === 0, 'no data', `${again.data.length} bytes`);
      },
    },
    {
      name: 'nothing-waits',
      title: 'GET RESPONSE with nothing to fetch is refused without data',
      clause: 'ISO/IEC 7816-4:2020, 11.7.2',
      async run(line) {
        const answer = await t0Exchange(line, [...GET_RESPONSE, 0x10]);
        expectThat(answer.data.length === 0, 'no data', `${answer.data.length} bytes`);
        expectRefused(answer.sw);
      },
    },
    {
      name: 'executed-once',
      title: 'a command whose answer is fetched is executed once, and anew when it is sent again',
      clause: 'ISO/IEC 7816-3:2006, 12.2.4',
      features: ['selection', 'personalisation'],
      async run(line) {
        await expectT0Alive(line);
        const command = await t0Drawing(line);
        const first = await draw(line, command);
        const second = await draw(line, command);
        expectSw(first.sw, 0x9000);
        expectDifferent(first.data, second.data, 'challenges');
      },
    },
    {
      name: 'second-class-after-answer',
      title: 'GET RESPONSE of another class does not fetch what waits for the interindustry one',
      clause: 'ISO/IEC 7816-4:2020, 5.3.4; 5.4.1',
      async run(line) {
        const length = await announced(line);
        const answer = await t0Exchange(line, [0x80, 0xc0, 0x00, 0x00, length & 0xff]);
        // a card may take 80 for an interindustry GET RESPONSE of its own; then it must be the same answer
        if (answer.data.length > 0) expectSw(answer.sw, 0x9000);
        else expectThat(answer.sw !== 0x9000, 'a refusal', toHex(Uint8Array.of(answer.sw >> 8)));
        await expectT0Alive(line);
      },
    },
  ],
);
