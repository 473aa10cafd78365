/** A card at the far end of a serial line: ATR, PPS, T=0 or T=1, character by character (ISO/IEC 7816-3:2006). */

import { setTimeout as delay } from 'node:timers/promises';
import {
  type Atr,
  answerPps,
  encodePps,
  PPSS,
  type Pps,
  parseAtr,
  parsePps,
  ppsLength,
  speedOfTa1,
} from '../../apdu/index.js';
import type { AnswerTime } from '../connection/answer-time.js';
import type { CardDevice } from '../connection/card-device.js';
import { convert } from '../line/convention.js';
import { LINE_ENGINES, type LineEngines } from '../line/line-engines.js';
import {
  baudRate,
  etuMilliseconds,
  INITIAL_SPEED,
  type LineSpeed,
  t0Timing,
  t1Timing,
} from '../line/timing.js';
import type { T0CardStep } from '../t0/card.js';
import { NULL_BYTE } from '../t0/tpdu.js';
import { type BlockFault, encodeBlock, type T1Block } from '../t1/block.js';
import type { T1CardStep } from '../t1/card.js';
import { CARD_CHARACTERS, openSerialLine, type SerialLine } from './serial-line.js';

/** Clock that a Phoenix reader gives to the card; with it the initial speed is 9,600 bits a second. */
export const DEFAULT_CLOCK_HZ = 3_571_200;

export type SerialCardOptions = {
  /** Direction of data under T=0, see `takesDataBy`. */
  readonly takesData: (header: Uint8Array) => boolean;
  readonly answerTime?: AnswerTime;
  /** What the card speaks with; for a card that is wrong on purpose. */
  readonly engines?: LineEngines;
  readonly clockHz?: number;
  /** One wire serves both directions: what is received is sent back at once, as such readers do. */
  readonly echo?: boolean;
};

/** Opens the line `path` and is a card there; {@link SerialCardEnd.reset} brings it to life. @throws {TransportError} */
export async function serveSerial(
  device: CardDevice,
  path: string,
  options: SerialCardOptions,
): Promise<SerialCardEnd> {
  const { clockHz = DEFAULT_CLOCK_HZ } = options;
  const settings = { ...CARD_CHARACTERS, baudRate: baudRate(INITIAL_SPEED, clockHz) };
  return new SerialCardEnd(device, await openSerialLine(path, settings), options);
}

const MAX_COMMAND_BYTES = 65_544;

/** The protocol of the card in use, from the first character after ATR and PPS on. */
interface Talk {
  received(bytes: Uint8Array): void;
  stop(): void;
}

export class SerialCardEnd {
  /** Resolves when the line is gone. */
  readonly ended: Promise<void>;
  readonly #device: CardDevice;
  readonly #line: SerialLine;
  readonly #options: SerialCardOptions;
  readonly #clockHz: number;
  #powered = false;
  #atr: Atr | undefined;
  #talk: Talk | undefined;
  /** Characters of a PPS on its way in. */
  #pps: number[] | undefined;
  /** Answers leave in order, each when the card is done with it. */
  #writing: Promise<void> = Promise.resolve();
  /** Counts resets: what was begun before the last one is not sent any more. */
  #life = 0;

  constructor(device: CardDevice, line: SerialLine, options: SerialCardOptions) {
    this.#device = device;
    this.#line = line;
    this.#options = options;
    this.#clockHz = options.clockHz ?? DEFAULT_CLOCK_HZ;
    this.ended = line.closed.then(() => this.powerOff());
    line.onData((bytes) => this.#received(bytes));
  }

  get sent(): number {
    return this.#line.sent;
  }

  get received(): number {
    return this.#line.received;
  }

  /** RST is held: whatever was going on has ended. */
  hold(): void {
    this.#stop();
  }

  /** RST was held and let go: the card sends its ATR at the initial speed. */
  reset(): void {
    this.#stop();
    const bytes = this.#powered ? this.#device.reset() : this.#device.powerOn();
    this.#powered = true;
    this.#atr = parseAtr(bytes);
    const life = this.#life;
    this.#then(async () => {
      await this.#line.setBaudRate(baudRate(INITIAL_SPEED, this.#clockHz));
      if (life === this.#life) await this.#line.write(convert(bytes, this.#atr!.convention));
    });
  }

  /** The supply is gone. */
  powerOff(): void {
    this.#stop();
    if (this.#powered) this.#device.powerOff();
    this.#powered = false;
  }

  async close(): Promise<void> {
    this.powerOff();
    await this.#line.close();
    await this.ended;
  }

  #stop(): void {
    this.#life++;
    this.#talk?.stop();
    this.#talk = undefined;
    this.#pps = undefined;
  }

  #received(raw: Uint8Array): void {
    if (this.#options.echo) this.#then(() => this.#line.write(raw));
    if (!this.#powered || !this.#atr) return;
    const bytes = convert(raw, this.#atr.convention);
    if (!this.#talk && (this.#pps || bytes[0] === PPSS)) {
      this.#negotiate(bytes);
      return;
    }
    this.#talk ??= this.#talkIn(this.#atr.protocols[0]!, this.#offered());
    this.#talk.received(bytes);
  }

  /** The speed before anything is negotiated: that of TA1 in specific mode, else the initial one (6.3.1). */
  #offered(): LineSpeed {
    const { specificMode, speed } = this.#atr!;
    return specificMode && !specificMode.implicitParameters ? { f: speed.fi, d: speed.di } : INITIAL_SPEED;
  }

  /** 9.1: one PPS at most, before anything else; what the card can not do it answers with silence. */
  #negotiate(bytes: Uint8Array): void {
    this.#pps = [...(this.#pps ?? []), ...bytes];
    const [, pps0] = this.#pps;
    if (pps0 === undefined || this.#pps.length < ppsLength(pps0)) return;
    const request = parsePps(Uint8Array.from(this.#pps));
    const response = request && answerPps(this.#atr!, request);
    this.#pps = undefined;
    if (!response) return;
    const speed = speedOf(response);
    this.#talk = this.#talkIn(response.protocol, speed);
    this.#send(encodePps(response));
    this.#then(() => this.#line.setBaudRate(baudRate(speed, this.#clockHz)));
  }

  #talkIn(protocol: number, speed: LineSpeed): Talk {
    return protocol === 1 ? this.#blocks(speed) : this.#characters(speed);
  }

  #blocks(speed: LineSpeed): Talk {
    const { edc } = this.#atr!.blockProtocol!;
    const timing = t1Timing(this.#atr!, speed);
    const milliseconds = (etu: number) => etuMilliseconds(etu, speed, this.#clockHz);
    const { T1Card, BlockReceiver } = this.#options.engines ?? LINE_ENGINES;
    const card = new T1Card({ maxCommandBytes: MAX_COMMAND_BYTES });
    const receiver = new BlockReceiver(edc);
    let silence: NodeJS.Timeout | undefined;
    let pending: Uint8Array | undefined;
    let pendingMs = 0;

    const act = (step: T1CardStep): void => {
      if (step.kind === 'send') this.#send(encodeBlock(step.block, edc));
      if (step.kind === 'extended' && pending) respond(pending, pendingMs);
      if (step.kind !== 'command') return;
      const response = this.#device.process(step.command);
      const takes = this.#options.answerTime?.(step.command, response) ?? 0;
      const times = Math.ceil(takes / milliseconds(timing.block));
      if (times <= 1) {
        respond(response, takes);
        return;
      }
      pending = response;
      pendingMs = takes;
      act(card.extend(Math.min(255, times)));
    };
    const respond = (response: Uint8Array, takes: number): void => {
      pending = undefined;
      if (takes > 0) this.#wait(takes);
      act(card.respond(response));
    };
    const heard = (block: T1Block | BlockFault): void => act(card.heard(block));

    return {
      received: (bytes) => {
        clearTimeout(silence);
        const reception = receiver.pushAll(bytes);
        if (reception !== 'incomplete') {
          heard(reception.block);
          return;
        }
        silence = setTimeout(() => {
          const cut = receiver.timeout();
          if (cut !== 'incomplete') heard(cut.block);
        }, milliseconds(timing.character));
      },
      stop: () => clearTimeout(silence),
    };
  }

  #characters(speed: LineSpeed): Talk {
    const { takesData, answerTime, engines = LINE_ENGINES } = this.#options;
    const waitingMs = etuMilliseconds(t0Timing(this.#atr!, speed).waiting, speed, this.#clockHz);
    const card = new engines.T0Card({ takesData });
    return {
      received: (bytes) => {
        for (const [index, character] of bytes.entries()) {
          let step: T0CardStep = card.character(character);
          // a character too many: nobody knows which, and a card that is silent harms nobody
          if (step.kind !== 'receive' && index + 1 < bytes.length) return;
          if (step.kind === 'command') {
            const response = this.#device.process(step.command);
            this.#thinkAloud(answerTime?.(step.command, response) ?? 0, waitingMs);
            step = card.respond(response);
          }
          if (step.kind === 'send') this.#send(step.bytes);
        }
      },
      stop: () => undefined,
    };
  }

  /** Under T=0 a card that takes longer than the waiting time sends NULL before it is over. */
  #thinkAloud(takes: number, waitingMs: number): void {
    const pause = waitingMs / 2;
    for (let left = takes; left > 0; left -= pause) {
      this.#wait(Math.min(left, pause));
      if (left > pause) this.#send(Uint8Array.of(NULL_BYTE));
    }
  }

  #send(bytes: Uint8Array): void {
    const life = this.#life;
    const { convention } = this.#atr!;
    this.#then(async () => {
      if (life === this.#life) await this.#line.write(convert(bytes, convention));
    });
  }

  #wait(milliseconds: number): void {
    this.#then(() => delay(milliseconds));
  }

  #then(next: () => Promise<unknown>): void {
    // a line that is gone has told so by `ended`
    this.#writing = this.#writing.then(next).then(
      () => undefined,
      () => undefined,
    );
  }
}

function speedOf({ pps1 }: Pps): LineSpeed {
  const speed = pps1 === undefined ? undefined : speedOfTa1(pps1);
  return speed ? { f: speed.fi, d: speed.di } : INITIAL_SPEED;
}
