/** The card at its contacts as a case sees it: reset, characters, silence. What passed is kept for the report. */

import { concatBytes, toHex } from '../../apdu/index.js';
import type { CardLine } from '../../reader-drivers/index.js';
import { CheckFailure, NotApplicable } from '../checks.js';
import {
  type AtrStructure,
  atrGoal,
  interfaceByte,
  protocolsOf,
  speedOf,
  takeApart,
} from './atr-structure.js';

/** Which protocol a case of the line speaks; `any`: whichever there is, or none. */
export type LineProtocol = 'T=0' | 'T=1' | 'any';

/** What happened on the line, in order; characters in the direct convention. */
export type LineEvent =
  | { readonly kind: 'reset' }
  | { readonly kind: 'sent' | 'heard'; readonly bytes: Uint8Array }
  | { readonly kind: 'silence'; readonly etu: number };

/** Waiting time of the ATR and of PPS, in etu (8.1, 9.1). */
export const INITIAL_WAITING_ETU = 9600;
const INITIAL = { f: 372, d: 1 };
const PPSS = 0xff;
const INVERSE_TS = 0x03;

export class LineCard {
  readonly events: LineEvent[] = [];
  /** F and D in force. */
  speed: { readonly f: number; readonly d: number } = INITIAL;
  private structure: AtrStructure | undefined;
  private inverse = false;

  constructor(
    private readonly line: CardLine,
    /** The application under test, for SELECT. */
    readonly aid: Uint8Array,
  ) {}

  /** The answer to the latest reset. */
  get atr(): AtrStructure {
    if (!this.structure) throw new CheckFailure('an answer to reset', 'none yet');
    return this.structure;
  }

  get offersT0(): boolean {
    return protocolsOf(this.atr).includes(0);
  }

  get offersT1(): boolean {
    return protocolsOf(this.atr).includes(1);
  }

  /** Resets without listening. */
  async pullReset(): Promise<void> {
    this.structure = undefined;
    this.inverse = false;
    this.speed = INITIAL;
    await this.line.reset();
    this.events.push({ kind: 'reset' });
  }

  /** Resets and reads the answer to its end. @throws {CheckFailure} when it has none. */
  async reset(): Promise<AtrStructure> {
    await this.pullReset();
    return this.readAtr();
  }

  async readAtr(): Promise<AtrStructure> {
    let bytes: Uint8Array = new Uint8Array(0);
    for (;;) {
      const goal = atrGoal(bytes);
      if (!goal) throw new CheckFailure('an ATR of at most 33 characters', `${toHex(bytes)}…`);
      if (goal.final && bytes.length >= goal.length) break;
      const more = await this.line.receive(goal.length - bytes.length, INITIAL_WAITING_ETU);
      if (!more)
        throw new CheckFailure(
          'the rest of the answer to reset',
          bytes.length === 0 ? 'silence' : `${toHex(bytes)} and silence`,
        );
      if (bytes.length === 0) this.inverse = more[0] === INVERSE_TS;
      bytes = concatBytes(bytes, this.converted(more));
    }
    this.events.push({ kind: 'heard', bytes });
    this.structure = takeApart(bytes);
    return this.structure;
  }

  /** Reset, and PPS where the card would speak another protocol than `wanted` by itself. */
  async enter(wanted: LineProtocol): Promise<void> {
    const atr = await this.reset();
    const specific = interfaceByte(atr, 'TA', 2);
    if (specific !== undefined && (specific & 0x10) === 0) {
      await this.changeSpeed(interfaceByte(atr, 'TA', 1) ?? 0x11);
    }
    if (wanted === 'any') return;
    const protocol = wanted === 'T=1' ? 1 : 0;
    const offered = protocolsOf(atr);
    if (!offered.includes(protocol) || (specific !== undefined && (specific & 0x0f) !== protocol))
      throw new NotApplicable(`this card does not offer ${wanted}`);
    if (offered[0] === protocol || specific !== undefined) return;
    await this.send([PPSS, protocol, PPSS ^ protocol]);
    const answer = await this.hear(3, INITIAL_WAITING_ETU);
    if (toHex(answer) !== toHex(Uint8Array.of(PPSS, protocol, PPSS ^ protocol)))
      throw new CheckFailure(`${wanted}, which the card offers`, `the PPS response ${toHex(answer)}`);
  }

  /** The speed of a code of TA1 holds from now on. */
  async changeSpeed(code: number): Promise<void> {
    const speed = speedOf(code);
    if (!speed) throw new CheckFailure('a speed that is defined', `${code.toString(16)}`);
    this.speed = speed;
    await this.line.setSpeed(speed);
  }

  async send(characters: ArrayLike<number>): Promise<void> {
    const bytes = Uint8Array.from(characters);
    this.events.push({ kind: 'sent', bytes });
    await this.line.send(this.converted(bytes));
  }

  /** Exactly `count` characters, each within `etu` of the one before. @throws {CheckFailure} when silence comes first. */
  async hear(count: number, etu: number, next = etu): Promise<Uint8Array> {
    const bytes = await this.hearUpTo(count, etu, next);
    if (bytes.length < count)
      throw new CheckFailure(
        `${count} character${count === 1 ? '' : 's'}`,
        bytes.length === 0 ? 'silence' : `${toHex(bytes)} and silence`,
      );
    return bytes;
  }

  /** What comes before a silence of `etu` (of `next` once something came), at most `count` characters. */
  async hearUpTo(count: number, etu: number, next = etu): Promise<Uint8Array> {
    let bytes: Uint8Array = new Uint8Array(0);
    while (bytes.length < count) {
      const waiting = bytes.length === 0 ? etu : next;
      const more = await this.line.receive(count - bytes.length, waiting);
      if (!more) {
        if (bytes.length > 0) this.note(bytes);
        this.events.push({ kind: 'silence', etu: waiting });
        return bytes;
      }
      bytes = concatBytes(bytes, this.converted(more));
    }
    this.note(bytes);
    return bytes;
  }

  /** Passes when nothing comes for `etu`. */
  async expectSilence(etu: number, after: string): Promise<void> {
    const bytes = await this.hearUpTo(300, etu, INITIAL_WAITING_ETU);
    if (bytes.length > 0) throw new CheckFailure(`silence after ${after}`, toHex(bytes));
  }

  /** Lets time pass. */
  async pause(etu: number): Promise<void> {
    await this.expectSilence(etu, 'nothing');
  }

  close(): Promise<void> {
    return this.line.close();
  }

  /** Characters heard one after the other are one event. */
  private note(bytes: Uint8Array): void {
    const last = this.events.at(-1);
    if (last?.kind !== 'heard') this.events.push({ kind: 'heard', bytes });
    else this.events.splice(-1, 1, { kind: 'heard', bytes: concatBytes(last.bytes, bytes) });
  }

  private converted(bytes: Uint8Array): Uint8Array {
    return this.inverse ? bytes.map(inverted) : bytes;
  }
}

/** Inverse convention: highest bit first, a set bit as low level (8.1). */
function inverted(byte: number): number {
  let mirrored = 0;
  for (let bit = 0; bit < 8; bit++) mirrored |= ((byte >> bit) & 1) << (7 - bit);
  return mirrored ^ 0xff;
}
