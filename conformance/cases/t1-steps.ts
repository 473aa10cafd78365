/** Steps over T=1 that several cases take. */

import { expectThat, NotApplicable } from '../checks.js';
import { type Block, hasMore, PCB } from '../line/block.js';
import type { T1Line } from '../line/t1-line.js';
import { drawingCommand, expectSw, expectT1Alive, selectApdu, selectAtOnce, swOf } from './line-family.js';

export const NUMBER_RULE = 'ISO/IEC 7816-3:2006, 11.6.3.2, rule 7';

/** An answer that takes several blocks of at most `size` bytes. @throws {NotApplicable} when it fits one. */
export async function beginLongAnswer(t1: T1Line, size: number): Promise<Block> {
  await t1.tellSize(size);
  const block = await t1.expectAnswer(PCB.information(t1.ns), selectAtOnce(t1.line));
  t1.ns = 1 - t1.ns;
  t1.expectInformation(block, t1.nr);
  if (!hasMore(block)) throw new NotApplicable('the answer to SELECT fits one block');
  return block;
}

/** A command whose answer is another one each time, right after the application was selected. */
export async function t1Drawing(t1: T1Line): Promise<Uint8Array> {
  await expectT1Alive(t1);
  await t1.tellSize(254);
  return drawingCommand(async (command) => swOf(await t1.exchange(command)));
}

/** Sends a command that takes long; the request for waiting time. @throws {NotApplicable} when the card needs none. */
export async function askedToWait(t1: T1Line): Promise<Block> {
  const command = await t1Drawing(t1);
  const block = await t1.expectAnswer(PCB.information(t1.ns), command);
  t1.ns = 1 - t1.ns;
  if (block.pcb !== PCB.wtxRequest)
    throw new NotApplicable('this card was fast enough to ask for no waiting time');
  return block;
}

/** The first I-block of the answer to a command that takes long, waiting time granted. */
export async function firstInformation(t1: T1Line, command: Uint8Array): Promise<Block> {
  let block = await t1.expectAnswer(PCB.information(t1.ns), command);
  t1.ns = 1 - t1.ns;
  if (block.pcb === PCB.wtxRequest) {
    block = await t1.expectAnswer(PCB.wtxResponse, block.inf, block.inf[0]);
  }
  t1.expectInformation(block, t1.nr);
  expectThat(!hasMore(block), 'an answer in one block', 'more to come');
  return block;
}

/** The application's SELECT as the block that comes next. */
export function selectBlock(t1: T1Line): Uint8Array {
  return t1.bytes(PCB.information(t1.ns), selectApdu(t1.line));
}

/** The first link of a command in several, N(S) = 0, acknowledged. */
export async function beginChain(t1: T1Line, link: Uint8Array): Promise<void> {
  t1.expectReception(await t1.expectAnswer(PCB.information(0, true), link), 1, 0);
}

/** The last link of the first command: it is executed. */
export async function endChain(t1: T1Line, ns: number, link: Uint8Array): Promise<void> {
  const block = await t1.expectAnswer(PCB.information(ns), link);
  t1.expectInformation(block, 0);
  expectSw(swOf(block.inf), 0x9000);
}

/** A block that is not valid is answered by an R-block that asks for the right one, or not at all; never executed. */
export async function expectRejected(t1: T1Line, block: Block | undefined): Promise<void> {
  if (block) t1.expectReception(block, t1.ns, 1, 2);
  await expectT1Alive(t1);
}
