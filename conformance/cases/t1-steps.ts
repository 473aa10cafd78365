/** Steps over T=1 that several cases take. */

import { expectThat, NotApplicable } from '../checks.js';
import { type Block, hasMore, PCB } from '../line/block.js';
import type { T1Line } from '../line/t1-line.js';
import { drawingCommand, expectT1Alive, selectAtOnce, swOf } from './line-family.js';

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
