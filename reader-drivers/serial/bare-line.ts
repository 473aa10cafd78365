/** A {@link CardLine} over a serial line. */

import { equalBytes } from '../../apdu/index.js';
import { TransportError } from '../connection/transport-error.js';
import type { CardLine } from '../line/card-line.js';
import {
  baudRate,
  etuMilliseconds,
  INITIAL_SPEED,
  INITIAL_WAITING_ETU,
  type LineSpeed,
} from '../line/timing.js';
import { DEFAULT_CLOCK_HZ } from './card-end.js';
import type { CardReset } from './card-reset.js';
import { CharacterQueue } from './character-queue.js';
import { CARD_CHARACTERS, openSerialLine, type SerialLine } from './serial-line.js';

export type BareLineOptions = {
  readonly reset: CardReset;
  /** Whether each character sent comes back, as on a reader with one wire for both directions. Default false. */
  readonly echo?: boolean;
  readonly clockHz?: number;
  /** Added to every waiting time for buffers on the way. Default 200 ms. */
  readonly slackMs?: number;
};

/** Opens the serial line `path` without resetting the card. @throws {TransportError} */
export async function connectLine(path: string, options: BareLineOptions): Promise<CardLine> {
  const speed = baudRate(INITIAL_SPEED, options.clockHz ?? DEFAULT_CLOCK_HZ);
  return new BareLine(await openSerialLine(path, { ...CARD_CHARACTERS, baudRate: speed }), options);
}

export class BareLine implements CardLine {
  readonly #line: SerialLine;
  readonly #options: BareLineOptions;
  readonly #clockHz: number;
  readonly #slackMs: number;
  readonly #incoming = new CharacterQueue();
  #speed: LineSpeed = INITIAL_SPEED;
  #gone = false;

  constructor(line: SerialLine, options: BareLineOptions) {
    this.#line = line;
    this.#options = options;
    this.#clockHz = options.clockHz ?? DEFAULT_CLOCK_HZ;
    this.#slackMs = options.slackMs ?? 200;
    line.onData((bytes) => this.#incoming.push(bytes));
    void line.closed.then(() => {
      this.#gone = true;
    });
  }

  async reset(): Promise<void> {
    await this.setSpeed(INITIAL_SPEED);
    await this.#options.reset.reset(this.#line, () => this.#incoming.clear());
  }

  async send(characters: Uint8Array): Promise<void> {
    await this.#line.write(characters);
    if (!this.#options.echo) return;
    for (let at = 0; at < characters.length; ) {
      const echoed = await this.receive(characters.length - at, INITIAL_WAITING_ETU);
      if (!echoed || !equalBytes(echoed, characters.subarray(at, at + echoed.length)))
        throw new TransportError('io', 'what was sent did not come back as it was');
      at += echoed.length;
    }
  }

  async receive(limit: number, etu: number): Promise<Uint8Array | undefined> {
    if (this.#gone) throw new TransportError('no-reader', 'the line is gone');
    return this.#incoming.take(limit, etuMilliseconds(etu, this.#speed, this.#clockHz) + this.#slackMs);
  }

  async setSpeed(speed: LineSpeed): Promise<void> {
    this.#speed = speed;
    await this.#line.setBaudRate(baudRate(speed, this.#clockHz));
  }

  async close(): Promise<void> {
    if (!this.#gone) await this.#options.reset.release(this.#line);
    await this.#line.close();
  }
}
