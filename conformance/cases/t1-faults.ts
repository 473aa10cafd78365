/** T=1 with faults: blocks garbled, lost, out of order, chains without end (ISO/IEC 7816-3:2006, 11.6.3). */

import { expectBytes, expectDifferent, expectThat } from '../checks.js';
import { type Block, isInformation, PCB } from '../line/block.js';
import type { T1Line } from '../line/t1-line.js';
import { expectT1Alive, selectApdu, selectAtOnce, swOf, t1Family } from './line-family.js';
import {
  beginChain,
  beginLongAnswer,
  endChain,
  expectRejected,
  firstInformation,
  NUMBER_RULE,
  selectBlock,
  t1Drawing,
} from './t1-steps.js';

/** Extended lengths: header, three bytes of Lc, data, two of Le (ISO/IEC 7816-3:2006, 12.1.3). */
const LONGEST_COMMAND = 4 + 3 + 65_535 + 2;

/** Sends the block again that asks for what the card has just sent. */
async function expectRepeated(t1: T1Line, first: Block, error: 0 | 1 | 2): Promise<void> {
  const again = await t1.expectAnswer(PCB.reception(t1.nr, error));
  t1.expectBlock(again, first.pcb, [...first.inf]);
}

export const T1_FAULT_CASES = t1Family({ category: 't1', features: ['selection'], clause: NUMBER_RULE }, [
  {
    name: 'wrong-epilogue',
    title: 'a block whose epilogue is wrong is not executed: R asks for it with its number',
    async run(t1) {
      const whole = selectBlock(t1);
      whole[whole.length - 1]! ^= 0x01;
      t1.expectReception(await t1.askBytes(whole), 0, 1, 2);
      await expectT1Alive(t1);
    },
  },
  {
    name: 'each-bit-of-the-field',
    title: 'one bit flipped in the information field is noticed, whichever it is',
    clause: 'ISO/IEC 7816-3:2006, 11.4.4; 11.6.3.2, rule 7',
    async run(t1) {
      const length = selectApdu(t1.line).length;
      for (let bit = 0; bit < 8 * length; bit += 3) {
        const whole = selectBlock(t1);
        whole[3 + (bit >> 3)]! ^= 1 << (bit & 7);
        t1.expectReception(await t1.askBytes(whole), t1.ns, 1, 2);
        await expectT1Alive(t1);
      }
    },
  },
  {
    name: 'each-bit-of-the-control-byte',
    title: 'one bit flipped in PCB is noticed, whichever it is',
    clause: 'ISO/IEC 7816-3:2006, 11.4.4; 11.6.3.2, rule 7',
    async run(t1) {
      for (let bit = 0; bit < 8; bit++) {
        const whole = selectBlock(t1);
        whole[1]! ^= 1 << bit;
        await expectRejected(t1, await t1.askBytes(whole));
      }
    },
  },
  {
    name: 'garbled-twice',
    title: 'two garbled blocks in a row are asked for again, the third one is taken',
    async run(t1) {
      for (let round = 0; round < 2; round++) {
        const whole = selectBlock(t1);
        whole[4 + round]! ^= 0x10;
        t1.expectReception(await t1.askBytes(whole), 0, 1, 2);
      }
      await expectT1Alive(t1);
    },
  },
  {
    name: 'garbled-after-size',
    title: 'a garbled block after S(IFS) is asked for by R, and not by the answer to S(IFS)',
    async run(t1) {
      await t1.tellSize(40);
      const whole = selectBlock(t1);
      whole[5]! ^= 0x10;
      t1.expectReception(await t1.askBytes(whole), 0, 1, 2);
      await expectT1Alive(t1);
    },
  },
  {
    name: 'garbled-again-and-again',
    title: 'after many garbled blocks the card is still brought back by S(RESYNCH)',
    clause: 'ISO/IEC 7816-3:2006, 11.6.3.2, rules 6 and 7',
    async run(t1) {
      for (let round = 0; round < 6; round++) {
        const whole = selectBlock(t1);
        whole[5]! ^= 0x10;
        const block = await t1.askBytes(whole);
        if (block) t1.expectReception(block, 0, 1, 2);
      }
      await t1.resynchronise();
      await expectT1Alive(t1);
    },
  },
  {
    name: 'answer-lost',
    title: 'an answer that did not arrive is sent again, byte for byte',
    async run(t1) {
      const first = await t1.expectAnswer(PCB.information(0), selectApdu(t1.line));
      await expectRepeated(t1, first, 2);
    },
  },
  {
    name: 'answer-garbled',
    title: 'an answer that arrived garbled is sent again, byte for byte, and again',
    async run(t1) {
      const first = await t1.expectAnswer(PCB.information(0), selectApdu(t1.line));
      await expectRepeated(t1, first, 1);
      await expectRepeated(t1, first, 1);
      t1.ns = 1;
      t1.nr = 1;
      await expectT1Alive(t1);
    },
  },
  {
    name: 'executed-once',
    title: 'an answer that is sent again is not made anew: the command is executed once',
    features: ['selection', 'personalisation'],
    async run(t1) {
      const command = await t1Drawing(t1);
      const first = await firstInformation(t1, command);
      await expectRepeated(t1, first, 2);
      t1.nr = 1 - t1.nr;
      expectDifferent((await t1.exchange(command)).slice(0, -2), first.inf.slice(0, -2), 'challenges');
    },
  },
  {
    name: 'block-again',
    title: 'an I-block with the number of the last one is not executed: R asks for the next',
    features: ['selection', 'personalisation'],
    async run(t1) {
      const command = await t1Drawing(t1);
      const first = await firstInformation(t1, command);
      const again = await t1.ask(PCB.information(1 - t1.ns), command);
      if (again && isInformation(again)) t1.expectBlock(again, first.pcb, [...first.inf]);
      else t1.expectReception(again, t1.ns);
    },
  },
  {
    name: 'wrong-number-first',
    title: 'a first I-block with N(S) = 1 is not executed: R asks for N(S) = 0',
    async run(t1) {
      t1.expectReception(await t1.ask(PCB.information(1), selectApdu(t1.line)), 0, 0, 2);
      await expectT1Alive(t1);
    },
  },
  {
    name: 'wrong-number-in-chain',
    title: 'a link with the number of the one before is not added to the chain',
    async run(t1) {
      const command = selectApdu(t1.line);
      await beginChain(t1, command.subarray(0, 4));
      t1.expectReception(await t1.ask(PCB.information(0, true), command.subarray(0, 4)), 1, 0, 2);
      await endChain(t1, 1, command.subarray(4));
    },
  },
  {
    name: 'link-garbled',
    title: 'a garbled link is asked for again, and the chain goes on with it',
    async run(t1) {
      const command = selectApdu(t1.line);
      await beginChain(t1, command.subarray(0, 4));
      const garbled = t1.bytes(PCB.information(1), command.subarray(4));
      garbled[4]! ^= 0x04;
      t1.expectReception(await t1.askBytes(garbled), 1, 1, 2);
      await endChain(t1, 1, command.subarray(4));
    },
  },
  {
    name: 'acknowledgement-lost',
    title: 'the acknowledgement of a link is sent again when the reader asks for it',
    async run(t1) {
      const command = selectApdu(t1.line);
      await beginChain(t1, command.subarray(0, 4));
      t1.expectReception(await t1.ask(PCB.reception(0, 2)), 1);
      await endChain(t1, 1, command.subarray(4));
    },
  },
  {
    name: 'chained-answer-lost',
    title: 'a block of an answer in several is sent again when R asks for its number',
    async run(t1) {
      const expected = await t1.exchange(selectAtOnce(t1.line));
      const first = await beginLongAnswer(t1, 5);
      await expectRepeated(t1, first, 2);
      await expectRepeated(t1, first, 1);
      expectBytes(await t1.answerFrom(first), expected, 'the answer');
    },
  },
  {
    name: 'command-amid-answer',
    title: "an I-block within the card's chain acknowledges nothing",
    async run(t1) {
      const first = await beginLongAnswer(t1, 5);
      const block = await t1.ask(PCB.information(t1.ns), selectApdu(t1.line));
      if (block && isInformation(block)) t1.expectBlock(block, first.pcb, [...first.inf]);
      else t1.expectReception(block, t1.ns);
      await t1.restart();
      await expectT1Alive(t1);
    },
  },
  {
    name: 'truncated',
    title: 'a block that breaks off is not executed; the whole one after it is',
    clause: 'ISO/IEC 7816-3:2006, 11.4.3; 11.6.3.2, rule 7',
    async run(t1) {
      for (const length of [1, 2, 3, 4, selectApdu(t1.line).length]) {
        const whole = selectBlock(t1);
        await expectRejected(t1, await t1.askBytes(whole.subarray(0, length)));
      }
    },
  },
  {
    name: 'chain-without-end',
    title: 'a chain longer than any command is broken off by S(ABORT), or refused at its end',
    clause: 'ISO/IEC 7816-3:2006, 11.6.2, rule 9',
    async run(t1) {
      const link = new Uint8Array(t1.ifsc).fill(0x11);
      for (let sent = 0; sent <= LONGEST_COMMAND; sent += link.length) {
        const block = await t1.expectAnswer(PCB.information(t1.ns, true), link);
        t1.ns = 1 - t1.ns;
        if (block.pcb === PCB.abortRequest) {
          t1.expectReception(await t1.expectAnswer(PCB.abortResponse), t1.ns, 0);
          return expectT1Alive(t1);
        }
        t1.expectReception(block, t1.ns, 0);
      }
      expectThat(swOf(await t1.exchange(link)) !== 0x9000, 'a refusal', '9000');
      await expectT1Alive(t1);
    },
  },
]);
