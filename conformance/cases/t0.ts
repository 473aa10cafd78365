/** T=0: header, procedure bytes, data in one direction (ISO/IEC 7816-3:2006, 10.3). */

import { toHex } from '../../apdu/index.js';
import { CheckFailure, expectThat, NotApplicable } from '../checks.js';
import { t0Answer, t0Exchange, waitingTime } from '../line/t0-line.js';
import { expectRefused, expectSw, expectT0Alive, selectApplication, t0Family } from './line-family.js';
import { draw, GET_RESPONSE, openChannel, t0Drawing } from './t0-steps.js';

const UNKNOWN_INSTRUCTION = [0x00, 0x02, 0x00, 0x00] as const;

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
      name: 'channel-closed',
      title: 'P3 = 0 of a command with neither data nor answer is taken for what it is',
      clause: 'ISO/IEC 7816-3:2006, 12.2.1; ISO/IEC 7816-4:2020, 11.1.2',
      async run(line) {
        const channel = await openChannel(line);
        expectSw((await t0Exchange(line, [0x00, 0x70, 0x80, channel, 0x00])).sw, 0x9000);
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
