/** T=1: blocks of a form or kind that is none, and what nobody asked for (ISO/IEC 7816-3:2006, 11.3). */

import { toHex } from '../../apdu/index.js';
import { CheckFailure, expectThat } from '../checks.js';
import { blockText, isInformation, isReception, PCB } from '../line/block.js';
import type { T1Line } from '../line/t1-line.js';
import { expectT1Alive, selectApdu, t1Family } from './line-family.js';
import { beginLongAnswer, expectRejected, NUMBER_RULE, selectBlock } from './t1-steps.js';

/** A supervisory block that a reader may not send, or not with this value. */
async function expectNotObeyed(t1: T1Line, pcb: number, inf: readonly number[]): Promise<void> {
  const block = await t1.ask(pcb, inf);
  if (block && !isReception(block))
    throw new CheckFailure('an R-block or silence', blockText(block.pcb, block.inf));
  await t1.restart();
  await expectT1Alive(t1);
  await t1.restart();
}

export const T1_FORM_CASES = t1Family({ category: 't1', features: ['selection'], clause: NUMBER_RULE }, [
  {
    name: 'length-too-small',
    title: 'LEN smaller than the field is noticed, the block is not executed',
    clause: 'ISO/IEC 7816-3:2006, 11.3.2.3; 11.6.3.2, rule 7',
    async run(t1) {
      const whole = selectBlock(t1);
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
      const whole = selectBlock(t1);
      whole[2]! += 2;
      await expectRejected(t1, await t1.askBytes(whole));
    },
  },
  {
    name: 'length-reserved',
    title: 'LEN = FF is no length: the block is not executed',
    clause: 'ISO/IEC 7816-3:2006, 11.3.2.3',
    async run(t1) {
      const whole = selectBlock(t1);
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
      const whole = selectBlock(t1);
      await t1.line.send([...whole, 0x00]);
      const heard = await t1.line.hearUpTo(300, t1.blockWaiting);
      expectThat(heard.length === 0 || heard.length > 3, 'a block or silence', toHex(heard));
      await t1.line.expectSilence(t1.characterWaiting, 'what was heard');
      await t1.resynchronise();
      await expectT1Alive(t1);
    },
  },
]);
