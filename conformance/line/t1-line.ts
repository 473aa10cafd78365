/** T=1 from the reader's side, by the suite itself (ISO/IEC 7816-3:2006, 11.6): rightly by default, wrongly on demand. */

import { concatBytes, toHex } from '../../apdu/index.js';
import { CheckFailure } from '../checks.js';
import { specificByte } from './atr-structure.js';
import {
  type Block,
  blockBytes,
  blockText,
  type ErrorDetection,
  epilogueOf,
  hasMore,
  isInformation,
  isReception,
  PCB,
  receptionNumber,
  sequenceNumber,
} from './block.js';
import type { LineCard } from './line-card.js';

const LONGEST_INF = 254;
/** Blocks in one exchange before it is given up. */
const MAX_BLOCKS = 2000;

export class T1Line {
  /** Numbers of the next I-block to send and to hear. */
  ns = 0;
  nr = 0;
  /** What the card was told, 32 until then. */
  ifsd = 32;

  constructor(readonly line: LineCard) {}

  get detection(): ErrorDetection {
    return ((specificByte(this.line.atr, 'TC', 1) ?? 0) & 1) === 1 ? 'CRC' : 'LRC';
  }

  /** IFSC of the ATR. */
  get ifsc(): number {
    return specificByte(this.line.atr, 'TA', 1) ?? 32;
  }

  /** BWT in etu of the speed in force (11.4.3). */
  get blockWaiting(): number {
    const { f, d } = this.line.speed;
    const bwi = (specificByte(this.line.atr, 'TB', 1) ?? 0x4d) >> 4;
    return 11 + Math.ceil((2 ** bwi * 960 * 372 * d) / f);
  }

  /** CWT in etu. */
  get characterWaiting(): number {
    return 11 + 2 ** ((specificByte(this.line.atr, 'TB', 1) ?? 0x4d) & 0x0f);
  }

  bytes(pcb: number, inf: ArrayLike<number> = [], nad = 0): Uint8Array {
    return blockBytes(pcb, inf, this.detection, nad);
  }

  /** Sends a block and hears the answer; `undefined` for silence. */
  async ask(pcb: number, inf: ArrayLike<number> = [], multiplier = 1): Promise<Block | undefined> {
    return this.askBytes(this.bytes(pcb, inf), multiplier);
  }

  async askBytes(bytes: ArrayLike<number>, multiplier = 1): Promise<Block | undefined> {
    await this.line.send(bytes);
    return this.hear(multiplier);
  }

  /** As {@link ask}; silence is a failure of the card. */
  async expectAnswer(pcb: number, inf: ArrayLike<number> = [], multiplier = 1): Promise<Block> {
    const block = await this.ask(pcb, inf, multiplier);
    if (!block) throw new CheckFailure('a block within the block waiting time', 'silence');
    return block;
  }

  /** The next block. @throws {CheckFailure} when it is none, or none that the reader of these settings may get. */
  async hear(multiplier = 1): Promise<Block | undefined> {
    const prologue = await this.line.hearUpTo(3, this.blockWaiting * multiplier, this.characterWaiting);
    if (prologue.length === 0) return undefined;
    if (prologue.length < 3) throw new CheckFailure('a whole block', toHex(prologue));
    const [nad = 0, pcb = 0, length = 0] = prologue;
    if (length > LONGEST_INF) throw new CheckFailure('LEN of at most 254', `${length}`);
    const extra = this.detection === 'LRC' ? 1 : 2;
    const rest = await this.line.hear(length + extra, this.characterWaiting);
    const inf = rest.slice(0, length);
    const epilogue = epilogueOf([...prologue, ...inf], this.detection);
    if (toHex(rest.subarray(length)) !== toHex(Uint8Array.from(epilogue)))
      throw new CheckFailure(
        `the epilogue ${toHex(Uint8Array.from(epilogue))}`,
        toHex(rest.subarray(length)),
      );
    const block = { nad, pcb, inf };
    this.checkForm(block);
    return block;
  }

  /** A whole command and its whole answer; waiting time is granted, nothing may go wrong. */
  async exchange(command: Uint8Array, inMost = this.ifsc): Promise<Uint8Array> {
    let block: Block | undefined;
    for (let at = 0; at < command.length; ) {
      const part = command.subarray(at, at + Math.min(inMost, this.ifsc));
      at += part.length;
      block = await this.expectAnswer(PCB.information(this.ns, at < command.length), part);
      if (at < command.length) this.expectReception(block, 1 - this.ns);
      this.ns = 1 - this.ns;
    }
    return this.answerFrom(block!);
  }

  /** The rest of an answer that begins with `block`. */
  async answerFrom(first: Block): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let block = first;
    for (let count = 0; ; count++) {
      if (count === MAX_BLOCKS) throw new CheckFailure('an end of the answer', `${count} blocks`);
      if (block.pcb === PCB.wtxRequest) {
        const multiplier = block.inf[0]!;
        block = await this.expectAnswer(PCB.wtxResponse, [multiplier], multiplier);
        continue;
      }
      this.expectInformation(block, this.nr);
      parts.push(block.inf);
      this.nr = 1 - this.nr;
      if (!hasMore(block)) return concatBytes(...parts);
      block = await this.expectAnswer(PCB.reception(this.nr));
    }
  }

  /** Tells the card how long blocks to the reader may be. */
  async tellSize(size: number): Promise<void> {
    const block = await this.expectAnswer(PCB.ifsRequest, [size]);
    this.expectBlock(block, PCB.ifsResponse, [size]);
    this.ifsd = size;
  }

  /** Reset, and T=1 from its beginning. */
  async restart(): Promise<void> {
    await this.line.enter('T=1');
    this.ns = 0;
    this.nr = 0;
    this.ifsd = 32;
  }

  async resynchronise(): Promise<void> {
    this.expectBlock(await this.expectAnswer(PCB.resynchRequest), PCB.resynchResponse);
    this.ns = 0;
    this.nr = 0;
    this.ifsd = 32;
  }

  expectInformation(block: Block, ns: number): void {
    if (!isInformation(block) || sequenceNumber(block) !== ns)
      throw new CheckFailure(`an I-block with N(S)=${ns}`, blockText(block.pcb, block.inf));
  }

  /** An R-block with this N(R), whatever error it reports, or one of those given. */
  expectReception(block: Block | undefined, nr: number, ...errors: readonly number[]): void {
    const right =
      block &&
      isReception(block) &&
      receptionNumber(block) === nr &&
      (errors.length === 0 || errors.includes(block.pcb & 0x0f));
    if (right) return;
    const error = errors.length === 0 ? '' : ` and error code ${errors.join(' or ')}`;
    throw new CheckFailure(
      `an R-block with N(R)=${nr}${error}`,
      block ? blockText(block.pcb, block.inf) : 'silence',
    );
  }

  expectBlock(block: Block, pcb: number, inf: readonly number[] = []): void {
    if (block.pcb === pcb && toHex(block.inf) === toHex(Uint8Array.from(inf))) return;
    throw new CheckFailure(blockText(pcb, Uint8Array.from(inf)), blockText(block.pcb, block.inf));
  }

  /** 11.3.2: what no card may send to a reader that never named node addresses. */
  private checkForm({ nad, pcb, inf }: Block): void {
    if (nad !== 0) throw new CheckFailure('NAD 00', toHex(Uint8Array.of(nad)));
    if (inf.length > this.ifsd)
      throw new CheckFailure(`at most ${this.ifsd} bytes in a block`, `${inf.length}`);
    const information = (pcb & 0x80) === 0;
    const reception = (pcb & 0xc0) === 0x80;
    const reserved = information ? pcb & 0x1f : reception ? pcb & 0x2c : pcb & 0x1c;
    if (reserved !== 0) throw new CheckFailure('reserved bits of PCB that are 0', toHex(Uint8Array.of(pcb)));
    if (reception && inf.length !== 0)
      throw new CheckFailure('an R-block without data', `${inf.length} bytes`);
    if (pcb === PCB.wtxRequest && (inf.length !== 1 || inf[0] === 0))
      throw new CheckFailure('a WTX request of 1 to 255', toHex(inf));
  }
}
