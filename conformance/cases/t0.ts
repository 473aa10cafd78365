/** T=0: header, procedure bytes, data in one direction, 61xx and 6Cxx (ISO/IEC 7816-3:2006, 10.3, 12.2). */

import { concatBytes, toHex } from '../../apdu/index.js';
import { CheckFailure, expectBytes, expectDifferent, expectThat, NotApplicable } from '../checks.js';
import type { LineCard } from '../line/line-card.js';
import { type T0Answer, t0Answer, t0Exchange, t0Fetch, waitingTime } from '../line/t0-line.js';
import {
  drawingCommand,
  expectRefused,
  expectSw,
  expectT0Alive,
  READ_DIRECTORY,
  selectApplication,
  selectForInformation,
  t0Family,
} from './line-family.js';

const GET_RESPONSE = [0x00, 0xc0, 0x00, 0x00] as const;
const UNKNOWN_INSTRUCTION = [0x00, 0x02, 0x00, 0x00] as const;

/** A command with data: its header goes first, its data when they are asked for. */
const withData = (line: LineCard, apdu: Uint8Array): Promise<T0Answer> =>
  t0Exchange(line, apdu.subarray(0, 5), apdu.subarray(5, 5 + apdu[4]!));

/** SELECT whose answer waits; how many bytes. */
async function announced(line: LineCard): Promise<number> {
  const { sw, data } = await withData(line, selectForInformation(line));
  expectThat(sw >> 8 === 0x61 && data.length === 0, '61xx', sw.toString(16));
  return sw & 0xff || 256;
}

/** READ BINARY with P3 of the length that 6Cxx tells, when it does. */
async function readDirectory(line: LineCard): Promise<Uint8Array> {
  const first = await t0Exchange(line, READ_DIRECTORY);
  if (first.sw >> 8 !== 0x6c) return (await t0Fetch(line, first)).data;
  const again = await t0Exchange(line, [...READ_DIRECTORY.subarray(0, 4), first.sw & 0xff]);
  expectSw(again.sw, 0x9000);
  return again.data;
}

/** The whole answer of a drawing command. */
async function draw(line: LineCard, command: Uint8Array): Promise<T0Answer> {
  const first = command.length > 5 ? await withData(line, command) : await t0Exchange(line, command);
  return { ...(await t0Fetch(line, first)), nulls: first.nulls };
}

const t0Drawing = (line: LineCard): Promise<Uint8Array> =>
  drawingCommand(async (command) => (await draw(line, command)).sw);

export const T0_CASES = t0Family(
  { category: 't0', features: ['selection'], clause: 'ISO/IEC 7816-3:2006, 10.3.3' },
  [
    {
      name: 'data-to-the-card',
      title: 'data are asked for by the instruction or its complement, then comes a status word',
      async run(line) {
        const answer = await expectT0Alive(line);
        expectThat(answer.acknowledged, 'an acknowledgement before the data', 'a status word');
      },
    },
    {
      name: 'no-data',
      title: 'P3 = 0 of a command without data is answered by a status word alone',
      clause: 'ISO/IEC 7816-3:2006, 12.2.1',
      async run(line) {
        const answer = await t0Exchange(line, [...UNKNOWN_INSTRUCTION, 0x00]);
        expectThat(!answer.acknowledged, 'a status word', 'an acknowledgement');
        expectRefused(answer.sw);
      },
    },
    {
      name: 'unknown-instruction',
      title: 'an unknown instruction is refused without its data being asked for',
      clause: 'ISO/IEC 7816-3:2006, 10.3.3; ISO/IEC 7816-4:2020, 5.6',
      async run(line) {
        const answer = await t0Exchange(line, [...UNKNOWN_INSTRUCTION, 0x10], new Uint8Array(16));
        expectSw(answer.sw, 0x6d00, 0x6e00, 0x6985, 0x6982);
        await expectT0Alive(line);
      },
    },
    {
      name: 'unknown-class',
      title: 'an unknown class is refused',
      clause: 'ISO/IEC 7816-4:2020, 5.4.1; 5.6',
      async run(line) {
        expectRefused((await t0Exchange(line, [0x62, 0xa4, 0x04, 0x0c, 0x00])).sw);
        await expectT0Alive(line);
      },
    },
    {
      name: 'instruction-6x-9x',
      title: 'an instruction that would look like a status byte is refused or answered with silence',
      clause: 'ISO/IEC 7816-3:2006, 10.3.2',
      async run(line) {
        for (const ins of [0x61, 0x6c, 0x90, 0x9f]) {
          await line.send([0x00, ins, 0x00, 0x00, 0x00]);
          const heard = await line.hearUpTo(2, waitingTime(line));
          if (heard.length === 0) await line.enter('T=0');
          else expectRefused((heard[0]! << 8) | (heard[1] ?? 0));
        }
        await expectT0Alive(line);
      },
    },
    {
      name: 'waits-for-the-header',
      title: 'nothing is answered before the fifth byte of the header',
      clause: 'ISO/IEC 7816-3:2006, 10.3.2',
      async run(line) {
        const { header, data } = selectApplication(line);
        for (const byte of header.slice(0, 4)) {
          await line.send([byte]);
          await line.expectSilence(waitingTime(line) / 8, 'a part of the header');
        }
        await line.send(header.slice(4));
        expectSw((await t0Answer(line, header, data)).sw, 0x9000);
      },
    },
    {
      name: 'waits-for-all-data',
      title: 'nothing is answered before the last byte of data, if they were asked for at once',
      async run(line) {
        const { header, data } = selectApplication(line);
        await line.send(header);
        const ack = (await line.hear(1, waitingTime(line)))[0];
        if (ack !== header[1]) throw new NotApplicable('this card asks for one byte at a time, or says NULL');
        for (const byte of data.subarray(0, -1)) {
          await line.send([byte]);
          await line.expectSilence(waitingTime(line) / 8, 'a part of the data');
        }
        await line.send(data.subarray(-1));
        expectSw((await t0Answer(line, header)).sw, 0x9000);
      },
    },
    {
      name: 'silent-after-status',
      title: 'nothing follows the status word',
      async run(line) {
        await expectT0Alive(line);
        await line.expectSilence(waitingTime(line), 'a status word');
        await expectT0Alive(line);
      },
    },
    {
      name: 'fifty-commands',
      title: 'header and status word stay in step over fifty commands',
      async run(line) {
        for (let round = 0; round < 50; round++) await expectT0Alive(line);
      },
    },
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
      name: 'reset-at-each-byte',
      title: 'a reset after any byte of header or data leads to a working card',
      clause: 'ISO/IEC 7816-3:2006, 6.2.3',
      async run(line) {
        const { header, data } = selectApplication(line);
        for (let length = 1; length <= 5 + data.length; length++) {
          await line.send(header.slice(0, length));
          if (length > 5) {
            await line.hear(1, waitingTime(line));
            await line.send(data.subarray(0, length - 5));
          }
          await line.enter('T=0');
        }
        await expectT0Alive(line);
      },
    },
    {
      name: 'half-a-command-is-none',
      title: 'a command whose data break off is not executed, whatever comes after the reset',
      clause: 'ISO/IEC 7816-3:2006, 6.2.3; 10.3.2',
      async run(line) {
        const { header, data } = selectApplication(line);
        await line.send(header);
        await line.hear(1, waitingTime(line));
        await line.send(data.subarray(0, -1));
        await line.enter('T=0');
        // the last byte of the data would be the first of a header
        await line.send([...data.subarray(-1), 0x02, 0x00, 0x00, 0x00]);
        expectRefused((await t0Answer(line, [data.at(-1)!, 0x02, 0, 0, 0])).sw);
        await expectT0Alive(line);
      },
    },
    {
      name: 'pause-within-header',
      title: 'a header whose bytes come slowly is a header all the same',
      clause: 'ISO/IEC 7816-3:2006, 10.2; 10.3.2',
      async run(line) {
        const { header, data } = selectApplication(line);
        await line.send(header.slice(0, 2));
        await line.pause(waitingTime(line) / 2);
        await line.send(header.slice(2));
        expectSw((await t0Answer(line, header, data)).sw, 0x9000);
      },
    },
    {
      name: 'longest-data',
      title: '255 bytes of data are taken whole, or refused before any of them',
      clause: 'ISO/IEC 7816-3:2006, 10.3.2; 12.2.3',
      async run(line) {
        const answer = await t0Exchange(line, [0x00, 0xa4, 0x04, 0x0c, 0xff], new Uint8Array(255).fill(0x11));
        expectRefused(answer.sw);
        await expectT0Alive(line);
      },
    },
    {
      name: 'waiting-time',
      title: 'a command that takes long keeps the reader waiting with NULL, each within the waiting time',
      clause: 'ISO/IEC 7816-3:2006, 10.2; 10.3.3',
      features: ['selection', 'personalisation'],
      async run(line) {
        await expectT0Alive(line);
        // every character is heard within the waiting time, or the exchange fails
        const answer = await draw(line, await t0Drawing(line));
        if (answer.nulls === 0) throw new NotApplicable('this card was fast enough to say no NULL');
        expectSw(answer.sw, 0x9000);
      },
    },
    {
      name: 'answer-of-a-channel',
      title: 'what waits on a logical channel is fetched with the class of that channel',
      clause: 'ISO/IEC 7816-4:2020, 5.3.4; 5.4.2; ISO/IEC 7816-3:2006, 12.2.4',
      async run(line) {
        const opened = await t0Exchange(line, [0x00, 0x70, 0x00, 0x00, 0x01]);
        if (opened.sw !== 0x9000) throw new NotApplicable('this card opens no further channel');
        expectThat(opened.data.length === 1, 'the number of the channel', `${opened.data.length} bytes`);
        const [channel = 0] = opened.data;
        const select = selectForInformation(line);
        const { sw } = await withData(line, Uint8Array.of(channel, ...select.subarray(1)));
        expectThat(sw >> 8 === 0x61, '61xx', sw.toString(16));
        const answer = await t0Exchange(line, [channel, 0xc0, 0x00, 0x00, sw & 0xff]);
        expectSw(answer.sw, 0x9000);
        expectThat(answer.data.length === (sw & 0xff), `${sw & 0xff} bytes`, `${answer.data.length}`);
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
    {
      name: 'ends-at-once',
      title: 'a status word comes whole: SW2 follows SW1',
      clause: 'ISO/IEC 7816-3:2006, 10.3.3',
      async run(line) {
        for (const header of [
          [...UNKNOWN_INSTRUCTION, 0],
          [...GET_RESPONSE, 1],
        ]) {
          await line.send(header);
          const heard = await line.hearUpTo(3, waitingTime(line));
          if (heard.length !== 2) throw new CheckFailure('two bytes', toHex(heard));
        }
      },
    },
  ],
);
