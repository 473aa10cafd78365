/** T=1 without faults: numbers, chains, sizes, waiting time (ISO/IEC 7816-3:2006, 11.3 to 11.6.2). */

import { concatBytes, toHex } from '../../apdu/index.js';
import { expectBytes, expectThat, NotApplicable } from '../checks.js';
import { PCB } from '../line/block.js';
import {
  expectSw,
  expectT1Alive,
  READ_DIRECTORY,
  selectApdu,
  selectAtOnce,
  swOf,
  t1Family,
} from './line-family.js';
import { askedToWait, beginChain, beginLongAnswer, endChain, selectBlock } from './t1-steps.js';

export const T1_CASES = t1Family(
  { category: 't1', features: ['selection'], clause: 'ISO/IEC 7816-3:2006, 11.6.2' },
  [
    {
      name: 'first-exchange',
      title: 'the first I-block, N(S) = 0, is answered by an I-block with N(S) = 0',
      async run(t1) {
        const block = await t1.expectAnswer(PCB.information(0), selectApdu(t1.line));
        t1.expectInformation(block, 0);
        expectSw(swOf(block.inf), 0x9000);
      },
    },
    {
      name: 'numbers-alternate',
      title: 'N(S) of both ends alternates over twenty exchanges',
      async run(t1) {
        for (let round = 0; round < 20; round++) {
          const block = await t1.expectAnswer(PCB.information(round & 1), selectApdu(t1.line));
          t1.expectInformation(block, round & 1);
        }
      },
    },
    {
      name: 'fifty-commands',
      title: 'blocks stay in step over fifty commands of one and of several blocks',
      async run(t1) {
        await t1.tellSize(5);
        for (let round = 0; round < 25; round++) {
          await expectT1Alive(t1);
          const answer = await t1.exchange(selectAtOnce(t1.line));
          expectThat(answer.length > 2, 'an answer with data', 'none');
        }
      },
    },
    {
      name: 'speaks-when-spoken-to',
      title: 'the card sends nothing by itself, before a block and after its answer',
      async run(t1) {
        await t1.line.expectSilence(t1.blockWaiting, 'the answer to reset');
        await expectT1Alive(t1);
        await t1.line.expectSilence(t1.blockWaiting, 'an answer');
      },
    },
    {
      name: 'initial-size-32',
      title: 'no block of the card is longer than 32 bytes before the reader names another size',
      clause: 'ISO/IEC 7816-3:2006, 11.4.2',
      features: ['selection', 'files'],
      async run(t1) {
        // t1Line refuses a longer block
        expectThat((await t1.exchange(READ_DIRECTORY)).length > 2, 'an answer with data', 'none');
      },
    },
    {
      name: 'sizes',
      title: 'the answer is the same whatever size the reader takes, and no block is longer',
      clause: 'ISO/IEC 7816-3:2006, 11.4.2; 11.6.2',
      features: ['selection', 'files'],
      async run(t1) {
        const expected = await t1.exchange(READ_DIRECTORY);
        for (const size of [1, 2, 3, 16, 31, 32, 33, 63, 64, 128, 253, 254]) {
          await t1.tellSize(size);
          expectBytes(await t1.exchange(READ_DIRECTORY), expected, `the answer in blocks of ${size}`);
        }
      },
    },
    {
      name: 'size-amid-commands',
      title: 'a size named between two commands does not disturb the numbers',
      clause: 'ISO/IEC 7816-3:2006, 11.6.2, rule 4',
      async run(t1) {
        await expectT1Alive(t1);
        await t1.tellSize(40);
        await expectT1Alive(t1);
        await t1.tellSize(200);
        await expectT1Alive(t1);
      },
    },
    {
      name: 'answer-chained',
      title: 'the card goes on with its chain when R acknowledges, and its numbers alternate within it',
      clause: 'ISO/IEC 7816-3:2006, 11.6.2, rule 5',
      async run(t1) {
        const expected = await t1.exchange(selectAtOnce(t1.line));
        const first = await beginLongAnswer(t1, 5);
        expectBytes(await t1.answerFrom(first), expected, 'the answer in blocks of 5');
      },
    },
    {
      name: 'size-amid-answer',
      title: "a size named within the card's chain holds from its next block on, and the chain goes on",
      clause: 'ISO/IEC 7816-3:2006, 11.4.2; 11.6.2, rules 4 and 5',
      async run(t1) {
        const expected = await t1.exchange(selectAtOnce(t1.line));
        const first = await beginLongAnswer(t1, 5);
        await t1.tellSize(3);
        expectBytes(await t1.answerFrom(first), expected, 'the answer in blocks of 5 and 3');
      },
    },
    {
      name: 'command-chained',
      title: 'a command in blocks of one byte is acknowledged block by block and answered at the end',
      clause: 'ISO/IEC 7816-3:2006, 11.6.2, rule 5',
      async run(t1) {
        for (const size of [1, 2, 7]) {
          expectSw(swOf(await t1.exchange(selectApdu(t1.line), size)), 0x9000);
        }
      },
    },
    {
      name: 'empty-link',
      title: 'an empty block within a chain is acknowledged like any other',
      clause: 'ISO/IEC 7816-3:2006, 11.3.3; 11.6.2, rule 5',
      async run(t1) {
        const command = selectApdu(t1.line);
        await beginChain(t1, command.subarray(0, 3));
        t1.expectReception(await t1.expectAnswer(PCB.information(1, true)), 0, 0);
        await endChain(t1, 0, command.subarray(3));
      },
    },
    {
      name: 'longest-command',
      title: 'a command of 260 bytes comes through a chain whole',
      clause: 'ISO/IEC 7816-3:2006, 11.6.2, rule 5',
      async run(t1) {
        const command = concatBytes(
          Uint8Array.of(0x00, 0xa4, 0x04, 0x0c, 0xff),
          new Uint8Array(255).fill(0x11),
        );
        const sw = swOf(await t1.exchange(command, 32));
        expectThat(sw >= 0x6400 && sw < 0x7000, 'a refusal', sw.toString(16));
        await expectT1Alive(t1);
      },
    },
    {
      name: 'command-abandoned',
      title: 'S(ABORT) within a chain is answered, the command is forgotten, the next one works',
      clause: 'ISO/IEC 7816-3:2006, 11.6.2, rule 9',
      async run(t1) {
        const command = selectApdu(t1.line);
        await beginChain(t1, command.subarray(0, 4));
        t1.expectBlock(await t1.expectAnswer(PCB.abortRequest), PCB.abortResponse);
        t1.ns = 1;
        await expectT1Alive(t1);
      },
    },
    {
      name: 'answer-abandoned',
      title: "S(ABORT) within the card's chain is answered, the rest is not sent, the next command works",
      clause: 'ISO/IEC 7816-3:2006, 11.6.2, rule 9',
      async run(t1) {
        await beginLongAnswer(t1, 5);
        t1.nr = 1 - t1.nr;
        t1.expectBlock(await t1.expectAnswer(PCB.abortRequest), PCB.abortResponse);
        await t1.line.expectSilence(t1.blockWaiting, 'the answer to S(ABORT)');
        await expectT1Alive(t1);
      },
    },
    {
      name: 'resynchronised',
      title: 'S(RESYNCH) is answered and brings both numbers back to 0',
      clause: 'ISO/IEC 7816-3:2006, 11.6.3.2, rule 6',
      async run(t1) {
        await t1.resynchronise();
        await expectT1Alive(t1);
        await t1.resynchronise();
        await expectT1Alive(t1);
      },
    },
    {
      name: 'resynchronised-within-command',
      title: 'S(RESYNCH) within a chain to the card makes it forget the chain',
      clause: 'ISO/IEC 7816-3:2006, 11.6.3.2, rule 6',
      async run(t1) {
        const command = selectApdu(t1.line);
        await beginChain(t1, command.subarray(0, 4));
        await t1.resynchronise();
        await expectT1Alive(t1);
      },
    },
    {
      name: 'resynchronised-within-answer',
      title: "S(RESYNCH) within the card's chain makes it forget the rest of its answer",
      clause: 'ISO/IEC 7816-3:2006, 11.6.3.2, rule 6',
      async run(t1) {
        await beginLongAnswer(t1, 5);
        await t1.resynchronise();
        await expectT1Alive(t1);
      },
    },
    {
      name: 'resynchronised-size',
      title: 'after S(RESYNCH) no block of the card is longer than 32 bytes again',
      clause: 'ISO/IEC 7816-3:2006, 11.4.2; 11.6.3.2, rule 6',
      features: ['selection', 'files'],
      async run(t1) {
        await t1.tellSize(254);
        await t1.exchange(READ_DIRECTORY);
        await t1.resynchronise();
        await t1.exchange(READ_DIRECTORY);
      },
    },
    {
      name: 'reset-forgets-numbers',
      title: 'a reset brings the numbers back to 0 and the size to 32',
      clause: 'ISO/IEC 7816-3:2006, 11.6.1',
      features: ['selection', 'files'],
      async run(t1) {
        await t1.tellSize(254);
        await expectT1Alive(t1);
        await t1.restart();
        await t1.exchange(READ_DIRECTORY);
      },
    },
    {
      name: 'waiting-time',
      title:
        'a command that takes long makes the card ask for waiting time, and answer within what it asked for',
      clause: 'ISO/IEC 7816-3:2006, 11.4.3; 11.6.2, rule 3',
      features: ['selection', 'personalisation'],
      async run(t1) {
        const asked = await askedToWait(t1);
        const block = await t1.expectAnswer(PCB.wtxResponse, asked.inf, asked.inf[0]);
        expectThat((await t1.answerFrom(block)).length > 2, 'an answer with data', 'none');
        await expectT1Alive(t1);
      },
    },
    {
      name: 'waiting-time-granted-badly',
      title: 'a grant of waiting time that arrives garbled is asked for again',
      clause: 'ISO/IEC 7816-3:2006, 11.6.3.2, rule 7',
      features: ['selection', 'personalisation'],
      async run(t1) {
        const asked = await askedToWait(t1);
        const garbled = t1.bytes(PCB.wtxResponse, asked.inf);
        garbled[garbled.length - 1]! ^= 0x20;
        const again = await t1.askBytes(garbled);
        expectThat(again !== undefined, 'a block', 'silence');
        t1.expectBlock(again!, PCB.wtxRequest, [...asked.inf]);
        const block = await t1.expectAnswer(PCB.wtxResponse, asked.inf, asked.inf[0]);
        await t1.answerFrom(block);
      },
    },
    {
      name: 'waiting-time-asked-again',
      title: 'a request for waiting time that was lost is repeated when the reader asks for it',
      clause: 'ISO/IEC 7816-3:2006, 11.6.3.2, rule 7',
      features: ['selection', 'personalisation'],
      async run(t1) {
        const asked = await askedToWait(t1);
        const again = await t1.expectAnswer(PCB.reception(t1.nr, 2));
        t1.expectBlock(again, PCB.wtxRequest, [...asked.inf]);
        const block = await t1.expectAnswer(PCB.wtxResponse, asked.inf, asked.inf[0]);
        await t1.answerFrom(block);
      },
    },
    {
      name: 'reset-at-each-byte',
      title: 'a reset after any byte of a block leads to a working card',
      clause: 'ISO/IEC 7816-3:2006, 6.2.3',
      async run(t1) {
        const whole = selectBlock(t1);
        for (let length = 1; length <= whole.length; length++) {
          await t1.line.send(whole.subarray(0, length));
          await t1.restart();
        }
        await expectT1Alive(t1);
      },
    },
    {
      name: 'half-a-chain-is-none',
      title: 'a chain cut by a reset is forgotten',
      clause: 'ISO/IEC 7816-3:2006, 6.2.3; 11.6.1',
      async run(t1) {
        const command = selectApdu(t1.line);
        await beginChain(t1, command.subarray(0, 6));
        await t1.restart();
        const response = await t1.exchange(command.subarray(6));
        expectThat(swOf(response) !== 0x9000, 'a refusal of half a command', toHex(response));
        await expectT1Alive(t1);
      },
    },
    {
      name: 'block-in-parts',
      title:
        'a block that comes in two pieces, with no more between them than the waiting time of characters, is a block',
      clause: 'ISO/IEC 7816-3:2006, 11.4.3',
      async run(t1) {
        const whole = selectBlock(t1);
        await t1.line.send(whole.subarray(0, 6));
        const block = await t1.askBytes(whole.subarray(6));
        expectThat(block !== undefined, 'an I-block', 'silence');
        t1.expectInformation(block!, 0);
      },
    },
    {
      name: 'size-offered',
      title: 'a command that fills a block to IFSC is taken',
      clause: 'ISO/IEC 7816-3:2006, 11.4.2',
      async run(t1) {
        if (t1.ifsc < 20) throw new NotApplicable('IFSC is smaller than a command');
        const lc = Math.min(255, t1.ifsc - 5);
        const command = concatBytes(Uint8Array.of(0x00, 0xa4, 0x04, 0x0c, lc), new Uint8Array(lc).fill(0x22));
        const block = await t1.expectAnswer(PCB.information(0), command);
        t1.expectInformation(block, 0);
      },
    },
  ],
);
