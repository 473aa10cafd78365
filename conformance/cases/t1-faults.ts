/** T=1 with faults: blocks garbled, lost, out of order, or of a kind that is none (ISO/IEC 7816-3:2006, 11.6.3). */

import { toHex } from '../../apdu/index.js';
import { CheckFailure, expectBytes, expectDifferent, expectThat } from '../checks.js';
import { type Block, blockText, isInformation, isReception, PCB } from '../line/block.js';
import type { T1Line } from '../line/t1-line.js';
import { expectSw, expectT1Alive, selectApdu, selectAtOnce, swOf, t1Family } from './line-family.js';
import { beginLongAnswer, firstInformation, t1Drawing } from './t1-steps.js';

const NUMBER_RULE = 'ISO/IEC 7816-3:2006, 11.6.3.2, rule 7';

/** A block that is not valid is answered by an R-block that asks for the right one, or not at all; never executed. */
async function expectRejected(t1: T1Line, block: Block | undefined): Promise<void> {
  if (block) t1.expectReception(block, t1.ns, 1, 2);
  await expectT1Alive(t1);
}

/** Sends the block again that asks for what the card has just sent. */
async function expectRepeated(t1: T1Line, first: Block, error: 0 | 1 | 2): Promise<void> {
  const again = await t1.expectAnswer(PCB.reception(t1.nr, error));
  t1.expectBlock(again, first.pcb, [...first.inf]);
}

/** A supervisory block that a reader may not send, or not with this value. */
async function expectNotObeyed(t1: T1Line, pcb: number, inf: readonly number[]): Promise<void> {
  const block = await t1.ask(pcb, inf);
  if (block && !isReception(block))
    throw new CheckFailure('an R-block or silence', blockText(block.pcb, block.inf));
  await t1.restart();
  await expectT1Alive(t1);
  await t1.restart();
}

export const T1_FAULT_CASES = t1Family({ category: 't1', features: ['selection'], clause: NUMBER_RULE }, [
  {
    name: 'wrong-epilogue',
    title: 'a block whose epilogue is wrong is not executed: R asks for it with its number',
    async run(t1) {
      const whole = t1.bytes(PCB.information(0), selectApdu(t1.line));
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
        const whole = t1.bytes(PCB.information(t1.ns), selectApdu(t1.line));
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
        const whole = t1.bytes(PCB.information(t1.ns), selectApdu(t1.line));
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
        const whole = t1.bytes(PCB.information(0), selectApdu(t1.line));
        whole[4 + round]! ^= 0x10;
        t1.expectReception(await t1.askBytes(whole), 0, 1, 2);
      }
      await expectT1Alive(t1);
    },
  },
  {
    name: 'garbled-again-and-again',
    title: 'after many garbled blocks the card is still brought back by S(RESYNCH)',
    clause: 'ISO/IEC 7816-3:2006, 11.6.3.2, rules 6 and 7',
    async run(t1) {
      for (let round = 0; round < 6; round++) {
        const whole = t1.bytes(PCB.information(0), selectApdu(t1.line));
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
      t1.expectReception(await t1.expectAnswer(PCB.information(0, true), command.subarray(0, 4)), 1, 0);
      t1.expectReception(await t1.ask(PCB.information(0, true), command.subarray(0, 4)), 1, 0, 2);
      const block = await t1.expectAnswer(PCB.information(1), command.subarray(4));
      t1.expectInformation(block, 0);
      expectSw(swOf(block.inf), 0x9000);
    },
  },
  {
    name: 'link-garbled',
    title: 'a garbled link is asked for again, and the chain goes on with it',
    async run(t1) {
      const command = selectApdu(t1.line);
      t1.expectReception(await t1.expectAnswer(PCB.information(0, true), command.subarray(0, 4)), 1, 0);
      const garbled = t1.bytes(PCB.information(1), command.subarray(4));
      garbled[4]! ^= 0x04;
      t1.expectReception(await t1.askBytes(garbled), 1, 1, 2);
      const block = await t1.expectAnswer(PCB.information(1), command.subarray(4));
      t1.expectInformation(block, 0);
      expectSw(swOf(block.inf), 0x9000);
    },
  },
  {
    name: 'acknowledgement-lost',
    title: 'the acknowledgement of a link is sent again when the reader asks for it',
    async run(t1) {
      const command = selectApdu(t1.line);
      t1.expectReception(await t1.expectAnswer(PCB.information(0, true), command.subarray(0, 4)), 1, 0);
      t1.expectReception(await t1.ask(PCB.reception(0, 2)), 1);
      const block = await t1.expectAnswer(PCB.information(1), command.subarray(4));
      t1.expectInformation(block, 0);
      expectSw(swOf(block.inf), 0x9000);
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
      const whole = t1.bytes(PCB.information(0), selectApdu(t1.line));
      for (const length of [1, 3, 4, whole.length - 1]) {
        const block = await t1.askBytes(whole.subarray(0, length));
        if (block) t1.expectReception(block, 0, 1, 2);
        // what broke off is no part of what comes after it
        await expectT1Alive(t1);
        await t1.restart();
      }
    },
  },
  {
    name: 'length-too-small',
    title: 'LEN smaller than the field is noticed, the block is not executed',
    clause: 'ISO/IEC 7816-3:2006, 11.3.2.3; 11.6.3.2, rule 7',
    async run(t1) {
      const whole = t1.bytes(PCB.information(0), selectApdu(t1.line));
      whole[2]! -= 2;
      const block = await t1.askBytes(whole);
      if (block) t1.expectReception(block, 0, 1, 2);
      // more may have come than the card took for a block
      await t1.line.hearUpTo(300, t1.blockWaiting);
      await t1.resynchronise();
      await expectT1Alive(t1);
    },
  },
  {
    name: 'length-too-great',
    title: 'LEN greater than the field is noticed, the block is not executed',
    clause: 'ISO/IEC 7816-3:2006, 11.3.2.3; 11.6.3.2, rule 7',
    async run(t1) {
      const whole = t1.bytes(PCB.information(0), selectApdu(t1.line));
      whole[2]! += 2;
      await expectRejected(t1, await t1.askBytes(whole));
    },
  },
  {
    name: 'length-reserved',
    title: 'LEN = FF is no length: the block is not executed',
    clause: 'ISO/IEC 7816-3:2006, 11.3.2.3',
    async run(t1) {
      const whole = t1.bytes(PCB.information(0), selectApdu(t1.line));
      whole[2] = 0xff;
      await expectRejected(t1, await t1.askBytes(whole));
    },
  },
  {
    name: 'length-reserved-in-full',
    title: 'a block of 255 bytes, as LEN = FF would count them, with a right epilogue is none',
    clause: 'ISO/IEC 7816-3:2006, 11.3.2.3',
    async run(t1) {
      const field = new Uint8Array(255);
      field.set(selectApdu(t1.line));
      await expectRejected(t1, await t1.askBytes(t1.bytes(PCB.information(0), field)));
    },
  },
  {
    name: 'node-address',
    title: 'a block with source and destination alike, or with a reserved bit of NAD, is not executed',
    clause: 'ISO/IEC 7816-3:2006, 11.3.2.1',
    async run(t1) {
      for (const nad of [0x11, 0x77, 0x88]) {
        const block = await t1.askBytes(t1.bytes(PCB.information(t1.ns), selectApdu(t1.line), nad));
        await expectRejected(t1, block);
      }
    },
  },
  {
    name: 'reserved-bits-of-i',
    title: 'an I-block with a reserved bit of PCB is not executed',
    clause: 'ISO/IEC 7816-3:2006, 11.3.2.2',
    async run(t1) {
      for (const bit of [0x01, 0x02, 0x04, 0x08, 0x10]) {
        await expectRejected(t1, await t1.ask(PCB.information(t1.ns) | bit, selectApdu(t1.line)));
      }
    },
  },
  {
    name: 'reserved-bits-of-r',
    title: 'an R-block with a reserved bit of PCB or a field acknowledges nothing',
    clause: 'ISO/IEC 7816-3:2006, 11.3.2.2; 11.3.3',
    async run(t1) {
      const first = await beginLongAnswer(t1, 5);
      const next = 1 - t1.nr;
      for (const [pcb, inf] of [
        [PCB.reception(next) | 0x20, []],
        [PCB.reception(next) | 0x04, []],
        [PCB.reception(next), [0x00]],
      ] as const) {
        const block = await t1.ask(pcb, inf);
        if (block && isInformation(block)) t1.expectBlock(block, first.pcb, [...first.inf]);
      }
      await t1.resynchronise();
      await expectT1Alive(t1);
    },
  },
  {
    name: 'unknown-supervisory',
    title: 'an S-block of a function that is not defined is not answered by an S-block',
    clause: 'ISO/IEC 7816-3:2006, 11.3.2.2, table 12',
    async run(t1) {
      for (const pcb of [0xc4, 0xc5, 0xc8, 0xd0, 0xdf]) await expectNotObeyed(t1, pcb, []);
    },
  },
  {
    name: 'waiting-time-from-reader',
    title: 'only the card asks for waiting time: the request of a reader is not granted',
    clause: 'ISO/IEC 7816-3:2006, 11.6.2, rule 3',
    run: (t1) => expectNotObeyed(t1, PCB.wtxRequest, [1]),
  },
  {
    name: 'unasked-responses',
    title: 'an S-block that answers what nobody asked changes nothing',
    clause: 'ISO/IEC 7816-3:2006, 11.6.3.2, rules 6 and 7',
    async run(t1) {
      const responses: readonly (readonly [number, readonly number[]])[] = [
        [PCB.resynchResponse, []],
        [PCB.ifsResponse, [0x40]],
        [PCB.abortResponse, []],
        [PCB.wtxResponse, [0x01]],
      ];
      for (const [pcb, inf] of responses) {
        const block = await t1.ask(pcb, inf);
        if (block) t1.expectReception(block, 0);
        await t1.restart();
        await expectT1Alive(t1);
        await t1.restart();
      }
    },
  },
  {
    name: 'size-reserved',
    title: 'an IFSD of 0 or 255 is not agreed to',
    clause: 'ISO/IEC 7816-3:2006, 11.4.2',
    async run(t1) {
      await expectNotObeyed(t1, PCB.ifsRequest, [0x00]);
      await expectNotObeyed(t1, PCB.ifsRequest, [0xff]);
    },
  },
  {
    name: 'size-without-value',
    title: 'S(IFS) without its byte, or with two, is not agreed to',
    clause: 'ISO/IEC 7816-3:2006, 11.3.2.2; 11.3.3',
    async run(t1) {
      await expectNotObeyed(t1, PCB.ifsRequest, []);
      await expectNotObeyed(t1, PCB.ifsRequest, [0x20, 0x20]);
    },
  },
  {
    name: 'supervisory-garbled',
    title: 'a garbled S(IFS) is not agreed to: the size stays',
    async run(t1) {
      const garbled = t1.bytes(PCB.ifsRequest, [0x08]);
      garbled[garbled.length - 1]! ^= 0x40;
      const block = await t1.askBytes(garbled);
      if (block) t1.expectReception(block, 0, 1, 2);
      await expectT1Alive(t1);
    },
  },
  {
    name: 'asked-before-anything',
    title: 'an R-block before any I-block is answered by the number that is expected, and harms nothing',
    async run(t1) {
      const block = await t1.ask(PCB.reception(0));
      if (block) t1.expectReception(block, 0);
      await expectT1Alive(t1);
    },
  },
  {
    name: 'characters-too-many',
    title: 'characters after the end of a block are no part of it and do not spoil the next',
    clause: 'ISO/IEC 7816-3:2006, 11.6.3.2, rule 7',
    async run(t1) {
      const whole = t1.bytes(PCB.information(0), selectApdu(t1.line));
      await t1.line.send([...whole, 0x00]);
      const heard = await t1.line.hearUpTo(300, t1.blockWaiting);
      expectThat(heard.length === 0 || heard.length > 3, 'a block or silence', toHex(heard));
      await t1.line.expectSilence(t1.characterWaiting, 'what was heard');
      await t1.resynchronise();
      await expectT1Alive(t1);
    },
  },
]);
